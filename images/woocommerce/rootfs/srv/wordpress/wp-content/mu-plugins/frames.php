<?php
/**
 * Plugin Name: Frames
 * Description: The platform's dashboard shows the shop, small, beside what it knows of the store. Nobody else may have it in a frame, where it could lie unseen below what a visitor clicks on.
 */

// The admin and its login allow themselves alone, by WordPress' own doing.
add_filter(
	'wp_headers',
	fn( $headers ) => $headers + array( 'Content-Security-Policy' => rtrim( "frame-ancestors 'self' " . getenv( 'DASHBOARD_ORIGIN' ) ) )
);

<?php
/**
 * Plugin Name: Loopback
 * Description: Requests of the shop to itself (scheduled tasks, the order queue) go straight to its own port. The outside address may not be reachable from inside, or lead through TLS that this pod knows nothing of.
 */

add_filter(
	'pre_http_request',
	function ( $response, $arguments, $url ) {
		$target = wp_parse_url( $url );
		$home   = wp_parse_url( WP_HOME );
		if ( ( $target['host'] ?? '' ) !== $home['host'] || ( $target['port'] ?? null ) !== ( $home['port'] ?? null ) ) {
			return $response;
		}
		$query                                     = isset( $target['query'] ) ? "?{$target['query']}" : '';
		$arguments['headers']                      = (array) $arguments['headers'];
		$arguments['headers']['Host']              = $home['host'] . ( isset( $home['port'] ) ? ":{$home['port']}" : '' );
		$arguments['headers']['X-Forwarded-Proto'] = $home['scheme'];
		$arguments['reject_unsafe_urls']           = false;
		return wp_remote_request( 'http://127.0.0.1:8080' . ( $target['path'] ?? '/' ) . $query, $arguments );
	},
	10,
	3
);

// Updates come with the image: nothing to look up.
remove_action( 'init', 'wp_schedule_update_checks' );
remove_action( 'admin_init', '_maybe_update_core' );
remove_action( 'admin_init', '_maybe_update_plugins' );
remove_action( 'admin_init', '_maybe_update_themes' );

// XML-RPC is off; don't advertise it.
add_filter( 'xmlrpc_enabled', '__return_false' );

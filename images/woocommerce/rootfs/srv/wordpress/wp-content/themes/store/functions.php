<?php
/**
 * What a theme can't say in theme.json.
 */

add_action(
	'wp_enqueue_scripts',
	fn() => wp_enqueue_style( 'store', get_stylesheet_uri(), array(), wp_get_theme()->get( 'Version' ) )
);

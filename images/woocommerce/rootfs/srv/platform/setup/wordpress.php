<?php
/**
 * First process of the setup: WordPress itself, and WooCommerce switched on.
 */

require __DIR__ . '/begin.php';
pretend_request();

define( 'WP_INSTALLING', true );
require '/srv/wordpress/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

/** In place of WordPress' own: a shop begins without "Hello world!". */
function wp_install_defaults( int $user_id ): void {
	global $wpdb;
	$wpdb->replace( $wpdb->terms, array( 'term_id' => 1, 'name' => 'Uncategorized', 'slug' => 'uncategorized', 'term_group' => 0 ) );
	$wpdb->replace( $wpdb->term_taxonomy, array( 'term_taxonomy_id' => 1, 'term_id' => 1, 'taxonomy' => 'category', 'description' => '', 'parent' => 0, 'count' => 0 ) );
}

/** In place of WordPress' own: there is nobody to tell by mail. */
function wp_new_blog_notification(): void {
}

// WordPress adds its own defaults only where nothing is said yet.
add_action(
	'populate_options',
	function () {
		$options = array(
			'permalink_structure'     => '/%postname%/',
			'active_plugins'          => array( 'woocommerce/woocommerce.php' ),
			'blogdescription'         => '',
			'default_comment_status'  => 'closed',
			'default_ping_status'     => 'closed',
			'default_pingback_flag'   => 0,
			'woocommerce_coming_soon' => 'no',
			// WooCommerce would copy it among the uploads, whose volume may not be here.
			'woocommerce_placeholder_image' => '/wp-content/plugins/woocommerce/assets/images/placeholder.webp',
		);
		foreach ( $options as $name => $value ) {
			add_option( $name, $value );
		}
	}
);

// One sync to disk at the end instead of hundreds, and nothing half done if it does not come to that.
$wpdb->query( 'SET autocommit = 0' );
// The login form hands the password over slashed, so it is kept that way.
wp_install( getenv( 'STORE_NAME' ), getenv( 'ADMIN_USER' ), getenv( 'ADMIN_EMAIL' ), true, '', wp_slash( getenv( 'ADMIN_PASSWORD' ) ) );
if ( ! $wpdb->query( 'COMMIT' ) && $wpdb->last_error ) {
	fail( "WordPress could not be installed: $wpdb->last_error" );
}

<?php
/**
 * Second process of the setup: what WooCommerce needs before someone can buy, and two products to buy.
 */

require __DIR__ . '/begin.php';
pretend_request();

define( 'DISABLE_WP_CRON', true );

// WooCommerce installs itself while WordPress starts, so this has to be said before. (Hooks that WordPress finds when it begins.)
$GLOBALS['wp_filter'] = array(
	'plugins_loaded'                         => array(
		0 => array(
			array(
				'function'      => function () {
					global $wpdb;
					// One sync to disk at the end instead of hundreds.
					$wpdb->query( 'SET autocommit = 0' );
					// It first asks for tables that it then creates.
					$wpdb->suppress_errors( true );
					// What a setup that was cut off has left; with it there would be no installation.
					delete_transient( 'wc_installing' );
				},
				'accepted_args' => 0,
			),
		),
	),
	// Folders among the uploads, made by the shop itself when it needs them. The volume may not be here.
	'woocommerce_install_skip_create_files' => array( 0 => array( array( 'function' => fn() => true, 'accepted_args' => 0 ) ) ),
);
require '/srv/wordpress/wp-load.php';

WC_Install::install();
$wpdb->suppress_errors( false );
$missing = WC_Install::verify_base_tables( false );
if ( $missing ) {
	fail( 'WooCommerce could not create its tables: ' . implode( ', ', $missing ) . ". $wpdb->last_error" );
}
WC_Install::newly_installed();
WC_Install::create_pages();

set_store_options();
add_shipping();
add_product( 'blue-shirt', 'Blue Shirt', '29.99', 'A soft, straight-cut shirt of washed cotton in a calm, deep blue.', 'Wear it open over a T-shirt or buttoned up with a jacket. Made of 100% organic cotton; machine wash at 30°.' );
add_product( 'red-hat', 'Red Hat', '14.99', 'A light felt hat in a warm red, with a band of grosgrain.', 'Keeps its shape in a suitcase and its colour in the sun. One size, adjustable inside.' );

delete_transient( '_wc_activation_redirect' );
flush_rewrite_rules();
update_option( 'store_platform_set_up', gmdate( 'c' ), false );
if ( $wpdb->last_error || false === $wpdb->query( 'COMMIT' ) ) {
	fail( "the store could not be set up: $wpdb->last_error" );
}

/** A shop that is open, takes cash on delivery, and shows its owner no wizard. */
function set_store_options(): void {
	$options = array(
		'woocommerce_coming_soon'                  => 'no',
		'woocommerce_default_country'              => 'US:CA',
		'woocommerce_currency'                     => 'USD',
		'woocommerce_cod_settings'                 => array(
			'enabled'            => 'yes',
			'title'              => 'Cash on delivery',
			'description'        => 'Pay with cash when your order arrives.',
			'instructions'       => 'Pay with cash when your order arrives.',
			'enable_for_methods' => array(),
			'enable_for_virtual' => 'yes',
		),
		'woocommerce_enable_guest_checkout'        => 'yes',
		'woocommerce_allow_tracking'               => 'no',
		'woocommerce_show_marketplace_suggestions' => 'no',
		'woocommerce_onboarding_profile'           => array( 'skipped' => true, 'completed' => true ),
		'woocommerce_task_list_hidden'             => 'yes',
		'woocommerce_task_list_hidden_lists'       => array( 'setup', 'extended' ),
	);
	foreach ( $options as $name => $value ) {
		update_option( $name, $value );
	}
}

/** Goods that are sent somewhere need a way to get there: the zone that covers every place, free of charge. */
function add_shipping(): void {
	$everywhere = new WC_Shipping_Zone( 0 );
	if ( ! $everywhere->get_shipping_methods() ) {
		$everywhere->add_shipping_method( 'free_shipping' );
	}
}

function add_product( string $sku, string $name, string $price, string $summary, string $description ): void {
	if ( wc_get_product_id_by_sku( $sku ) ) {
		return;
	}
	$product = new WC_Product_Simple();
	$product->set_sku( $sku );
	$product->set_name( $name );
	$product->set_slug( $sku );
	$product->set_regular_price( $price );
	$product->set_short_description( $summary );
	$product->set_description( $description );
	$product->set_manage_stock( true );
	$product->set_stock_quantity( 100 );
	$product->set_image_id( add_picture( $sku, $name ) );
	$product->save();
}

/** The picture itself and its smaller sizes are put among the uploads by `serve`. */
function add_picture( string $sku, string $name ): int {
	$metadata = json_decode( file_get_contents( __DIR__ . "/$sku.json" ), true );
	$picture  = wp_insert_attachment(
		array(
			'post_title'     => $name,
			'post_name'      => "$sku-picture",
			'post_mime_type' => 'image/webp',
			'guid'           => content_url( "uploads/{$metadata['file']}" ),
		),
		$metadata['file'],
		0,
		true
	);
	if ( is_wp_error( $picture ) ) {
		fail( "the picture of $name could not be added: " . $picture->get_error_message() );
	}
	wp_update_attachment_metadata( $picture, $metadata );
	update_post_meta( $picture, '_wp_attachment_image_alt', $name );
	return $picture;
}

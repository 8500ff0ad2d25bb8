<?php
/**
 * Gives files the names under which WooCommerce looks for them. Sources that came by way of a file system that ignores case (some public
 * copies of the releases did) have names that differ from those in upper and lower case.
 */

$plugin = '/srv/wordpress/wp-content/plugins/woocommerce';
foreach ( require "$plugin/vendor/composer/autoload_classmap.php" as $path ) {
	if ( is_file( $path ) ) {
		continue;
	}
	foreach ( glob( dirname( $path ) . '/*.php' ) as $other ) {
		if ( 0 === strcasecmp( $other, $path ) ) {
			rename( $other, $path );
			echo "$other is now $path\n";
		}
	}
}

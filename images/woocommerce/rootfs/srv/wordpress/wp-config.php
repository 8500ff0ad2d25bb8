<?php
/**
 * Everything that differs from store to store comes from the environment; see README.md.
 */

// A visit, for /visitz: only what comes in through the ingress has this header, no probe and none of the shop's requests to itself.
if ( isset( $_SERVER['HTTP_X_FORWARDED_FOR'] ) ) {
	@touch( '/tmp/visitz' );
}

define( 'DB_HOST', getenv( 'DB_HOST' ) . ':' . ( getenv( 'DB_PORT' ) ?: '3306' ) );
define( 'DB_NAME', getenv( 'DB_NAME' ) );
define( 'DB_USER', getenv( 'DB_USER' ) );
define( 'DB_PASSWORD', getenv( 'DB_PASSWORD' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
$table_prefix = 'wp_';

define( 'WP_HOME', rtrim( (string) getenv( 'WP_HOME' ), '/' ) );
define( 'WP_SITEURL', WP_HOME );
// The shop has this one address, with its port, which nginx leaves out. By what other name a request came in is nothing to trust.
$_SERVER['HTTP_HOST'] = preg_replace( '~^https?://([^/]+).*$~', '$1', WP_HOME );

// Eight keys out of one secret.
foreach ( array( 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT' ) as $key ) {
	define( $key, hash_hmac( 'sha256', $key, (string) getenv( 'WP_SALT' ) ) );
}
unset( $key );

// Code comes with the image and from nowhere else.
define( 'DISALLOW_FILE_MODS', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_AUTO_UPDATE_CORE', false );
define( 'FS_METHOD', 'direct' );
define( 'WP_DEFAULT_THEME', 'store' );

// The network policy lets nothing out; without this every attempt would wait until it times out.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
// The shop itself, see loopback.php.
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );

define( 'WP_MEMORY_LIMIT', '256M' );
define( 'WP_POST_REVISIONS', 10 );
define( 'WP_DEBUG', false );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';

<?php
/**
 * How each process of the setup begins: waits for the database, ends at once where everything is done, and keeps a second setup out.
 */

require __DIR__ . '/../environment.php';

foreach ( array( 'DB_HOST', 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'WP_HOME', 'WP_SALT', 'STORE_NAME', 'ADMIN_USER', 'ADMIN_EMAIL', 'ADMIN_PASSWORD' ) as $name ) {
	required( $name );
}

/** The connection on which the lock is held; the lock goes with it when the process ends, however that happens. */
$setup_lock = wait_for_database( (int) ( getenv( 'WAIT_TIMEOUT_SECONDS' ) ?: 300 ) );
if ( '1' !== (string) $setup_lock->query( "SELECT GET_LOCK('store-platform-setup', 120)" )->fetch_column() ) {
	fail( 'another setup of this store has been running for two minutes' );
}
if ( is_set_up( $setup_lock ) ) {
	exit( 0 );
}

function wait_for_database( int $limit_seconds ): mysqli {
	$poll_microseconds = 100_000;
	$deadline          = microtime( true ) + $limit_seconds;
	while ( true ) {
		try {
			$database = connect( 5 );
			$database->options( MYSQLI_OPT_READ_TIMEOUT, 150 );
			return $database;
		} catch ( mysqli_sql_exception $problem ) {
			if ( microtime( true ) >= $deadline ) {
				fail( sprintf( 'the database at %s did not let us in within %d seconds: %s', getenv( 'DB_HOST' ), $limit_seconds, $problem->getMessage() ) );
			}
		}
		usleep( $poll_microseconds );
	}
}

/** What WordPress expects of a web server. */
function pretend_request(): void {
	$_SERVER['SERVER_NAME']     = parse_url( getenv( 'WP_HOME' ), PHP_URL_HOST );
	$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
	$_SERVER['REQUEST_METHOD']  = 'GET';
	$_SERVER['REQUEST_URI']     = '/';
	$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
}

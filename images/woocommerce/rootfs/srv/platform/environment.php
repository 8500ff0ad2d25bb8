<?php
/**
 * The store's environment and its database, for programs that don't load WordPress.
 */

/** Ends the process with a sentence that becomes the store's reason of failure. */
function fail( string $reason ): never {
	fwrite( STDERR, "woocommerce: $reason\n" );
	exit( 1 );
}

/** The value of a variable that must be there. */
function required( string $name ): string {
	$value = getenv( $name );
	if ( false === $value || '' === $value ) {
		fail( "the environment variable $name is missing or empty" );
	}
	return $value;
}

/** @throws mysqli_sql_exception When the database can't be reached. */
function connect( int $timeout_seconds ): mysqli {
	mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
	$database = mysqli_init();
	$database->options( MYSQLI_OPT_CONNECT_TIMEOUT, $timeout_seconds );
	$database->options( MYSQLI_OPT_READ_TIMEOUT, $timeout_seconds );
	$database->real_connect(
		getenv( 'DB_HOST' ),
		getenv( 'DB_USER' ),
		getenv( 'DB_PASSWORD' ),
		getenv( 'DB_NAME' ),
		(int) ( getenv( 'DB_PORT' ) ?: 3306 )
	);
	return $database;
}

/** Whether setup has come to its end. */
function is_set_up( mysqli $database ): bool {
	$missing_table = 1146;
	try {
		$done = $database->query( "SELECT 1 FROM wp_options WHERE option_name = 'store_platform_set_up'" );
		return $done->num_rows > 0;
	} catch ( mysqli_sql_exception $problem ) {
		if ( $missing_table === $problem->getCode() ) {
			return false;
		}
		throw $problem;
	}
}

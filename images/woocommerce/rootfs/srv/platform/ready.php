<?php
/**
 * Answers 200 once a visitor can be served: the database is there and setup is done. Asked every second, so it doesn't load WordPress.
 */

require __DIR__ . '/environment.php';

header( 'Content-Type: text/plain' );
header( 'Cache-Control: no-store' );
try {
	$ready  = is_set_up( connect( 1 ) );
	$answer = $ready ? 'ready' : 'the store is still being set up';
} catch ( mysqli_sql_exception ) {
	$ready  = false;
	$answer = 'the database does not answer';
}
http_response_code( $ready ? 200 : 503 );
echo $answer, "\n";

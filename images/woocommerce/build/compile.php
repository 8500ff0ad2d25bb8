<?php
/**
 * Compiles all PHP code, for php itself and for the php-fpm that listens on the socket which is named as argument. See compile.sh.
 */

const FEWER_MEANS_A_MISTAKE = 3000;

$socket   = $argv[1];
$compiled = array( 'php' => 0, 'php-fpm' => 0 );
$files    = new RecursiveIteratorIterator( new RecursiveDirectoryIterator( '/srv', FilesystemIterator::SKIP_DOTS ) );
foreach ( new RegexIterator( $files, '/\.php$/' ) as $file ) {
	$compiled['php']     += (int) compile_here( (string) $file );
	$compiled['php-fpm'] += (int) compile_in_fpm( $socket, (string) $file );
}
foreach ( $compiled as $by => $count ) {
	echo "$count files compiled for $by\n";
	if ( $count < FEWER_MEANS_A_MISTAKE ) {
		exit( 1 );
	}
}

/** In a process of its own: files that are never loaded together declare the same functions. */
function compile_here( string $file ): bool {
	$child = pcntl_fork();
	if ( 0 === $child ) {
		exit( opcache_compile_file( $file ) ? 0 : 1 );
	}
	pcntl_waitpid( $child, $status );
	return 0 === pcntl_wexitstatus( $status );
}

/** In a request of its own, for the same reason. The request is FastCGI's: begin (1), parameters (4), an empty body (5). */
function compile_in_fpm( string $socket, string $file ): bool {
	$record     = fn( int $type, string $content ) => pack( 'CCnnx2', 1, $type, 1, strlen( $content ) ) . $content;
	$parameters = '';
	foreach ( array( 'REQUEST_METHOD' => 'GET', 'SCRIPT_FILENAME' => __DIR__ . '/compile-file.php', 'COMPILE_FILE' => $file ) as $name => $value ) {
		$parameters .= pack( 'CN', strlen( $name ), strlen( $value ) | 0x80000000 ) . $name . $value;
	}
	$connection = stream_socket_client( "unix://$socket" );
	fwrite( $connection, $record( 1, pack( 'nx6', 1 ) ) . $record( 4, $parameters ) . $record( 4, '' ) . $record( 5, '' ) );
	return str_contains( stream_get_contents( $connection ), 'compiled' );
}

<?php
/**
 * Compiles all PHP code into opcache's file cache, when the image is built. Web server and setup read it there, see opcache.sh.
 */

const CACHE = '/srv/opcache';

// Where the cache lies has to be known when PHP starts.
if ( ini_get( 'opcache.file_cache' ) !== CACHE ) {
	mkdir( CACHE );
	$settings = array( 'opcache.enable_cli=1', 'opcache.file_cache=' . CACHE, 'opcache.file_cache_only=1', 'display_errors=0', 'log_errors=0' );
	$options  = array_merge( ...array_map( fn( $setting ) => array( '-d', $setting ), $settings ) );
	pcntl_exec( PHP_BINARY, array( ...$options, __FILE__ ) );
}

$compiled = 0;
$files    = new RecursiveIteratorIterator( new RecursiveDirectoryIterator( '/srv', FilesystemIterator::SKIP_DOTS ) );
foreach ( new RegexIterator( $files, '/\.php$/' ) as $file ) {
	// Each in a process of its own: files that are never loaded together declare the same functions.
	$child = pcntl_fork();
	if ( 0 === $child ) {
		exit( opcache_compile_file( (string) $file ) ? 0 : 1 );
	}
	pcntl_waitpid( $child, $status );
	$compiled += (int) ( 0 === pcntl_wexitstatus( $status ) );
}
echo "$compiled files compiled\n";
if ( $compiled < 1000 ) {
	exit( 1 );
}

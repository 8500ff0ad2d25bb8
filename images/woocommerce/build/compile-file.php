<?php
/**
 * Compiles one file for php-fpm, in a request of its own: files that are never loaded together declare the same functions.
 */

echo opcache_compile_file( $_SERVER['COMPILE_FILE'] ) ? 'compiled' : 'left out', "\n";

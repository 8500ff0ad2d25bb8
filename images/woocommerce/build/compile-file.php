<?php
/**
 * Compiles one file inside php-fpm, for compile.php.
 */

echo opcache_compile_file( $_SERVER['COMPILE_FILE'] ) ? 'compiled' : 'left out';

#!/usr/bin/env bash
# Compiles all PHP code into opcache's file cache when the image is built: web server and setup read it there, see opcache.sh.
# php and php-fpm never read each other's code, so each compiles its own.
set -euo pipefail

build=$(dirname "$0")
cache=/srv/opcache
# PHP leaves files alone that have just been written, unless it is told that they are whole.
settings=(-d opcache.enable_cli=1 -d "opcache.file_cache=$cache" -d opcache.file_cache_only=1 -d opcache.file_update_protection=0
  -d display_errors=0 -d log_errors=0)
mkdir "$cache"

cat >/tmp/compile.conf <<CONF
[global]
error_log = /dev/null
pid = /tmp/compile.pid
[compile]
user = root
listen = /tmp/compile.sock
pm = static
pm.max_children = 1
CONF
php-fpm8.4 --allow-to-run-as-root --fpm-config /tmp/compile.conf "${settings[@]}"
php "${settings[@]}" "$build/compile.php" /tmp/compile.sock
kill "$(cat /tmp/compile.pid)"
rm -f /tmp/compile.*

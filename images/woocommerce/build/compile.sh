#!/usr/bin/env bash
# Compiles all PHP code into opcache's file cache when the image is built: web server and setup read it there, see opcache.sh.
# php and php-fpm never read each other's code, so each compiles its own.
set -euo pipefail

build=$(dirname "$0")
cache=/srv/opcache
socket=/tmp/compile.sock
settings=(-d opcache.enable_cli=1 -d "opcache.file_cache=$cache" -d opcache.file_cache_only=1 -d display_errors=0 -d log_errors=0)
mkdir "$cache"

php "${settings[@]}" "$build/compile.php"

cat >/tmp/compile.conf <<CONF
[global]
error_log = /dev/null
pid = /tmp/compile.pid
[compile]
user = root
listen = $socket
pm = static
pm.max_children = 2
CONF
php-fpm8.4 --allow-to-run-as-root --fpm-config /tmp/compile.conf "${settings[@]}"
export socket build
# shellcheck disable=SC2016 # xargs' shell fills these in
compiled=$(find /srv -name '*.php' -print0 | xargs -0 -P 2 -I '{}' sh -c '
  REQUEST_METHOD=GET SCRIPT_FILENAME=$build/compile-file.php COMPILE_FILE=$1 cgi-fcgi -bind -connect "$socket" || true' _ '{}' |
  grep -c '^compiled' || true)
kill "$(cat /tmp/compile.pid)"
rm -f /tmp/compile.*
echo "$compiled files compiled for php-fpm"
((compiled >= 1000))

#!/usr/bin/env bash
# Serves the database that MARIADB_DATABASE, MARIADB_USER and MARIADB_PASSWORD name. At the first start the volume gets a copy of the
# data directory that was initialised when the image was built. At every start the server itself, before it answers its
# first connection, makes database, user and password what the environment says; so whoever gets an answer can log in.
set -euo pipefail

volume=/var/lib/mysql
template=/usr/share/store/mysql

fail() {
  printf 'mariadb: %s\n' "$*" >&2
  exit 1
}

for name in MARIADB_DATABASE MARIADB_USER MARIADB_PASSWORD; do
  [[ -n ${!name:-} ]] || fail "the environment variable $name is missing or empty"
done
((${#MARIADB_DATABASE} <= 64)) || fail "MARIADB_DATABASE is longer than the 64 characters that a database's name may have"
((${#MARIADB_USER} <= 128)) || fail "MARIADB_USER is longer than the 128 characters that a user's name may have"
[[ -w $volume ]] || fail "the volume at $volume can't be written by uid $EUID; give the pod fsGroup 999"

# A copy that was cut off stays under its temporary name, and is begun anew.
if [[ ! -d $volume/data ]]; then
  rm -rf "$volume/data.new"
  cp -r --sparse=always --preserve=mode "$template" "$volume/data.new"
  sync -f "$volume"
  mv -T "$volume/data.new" "$volume/data"
fi

# A value as an SQL string on one line.
string() {
  local value=${1//\\/\\\\}
  value=${value//\'/\\\'}
  value=${value//$'\n'/\\n}
  printf "'%s'" "${value//$'\r'/\\r}"
}

database="\`${MARIADB_DATABASE//\`/\`\`}\`"
user="$(string "$MARIADB_USER")@'%'"
password=$(string "$MARIADB_PASSWORD")

# Read from a file descriptor, so that the password is in no file and no argument.
exec mariadbd --init-file=/dev/fd/3 3<<SQL
CREATE DATABASE IF NOT EXISTS $database;
CREATE USER IF NOT EXISTS $user IDENTIFIED BY $password;
ALTER USER $user IDENTIFIED BY $password;
GRANT ALL PRIVILEGES ON $database.* TO $user;
SQL

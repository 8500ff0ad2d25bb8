#!/usr/bin/env bash
# Serves the database that POSTGRES_DB, POSTGRES_USER and POSTGRES_PASSWORD name; the user owns it and is no superuser. With
# POSTGRES_USER_MAKES_ROLES=true the user may make other roles, with less rights. At the first
# start the volume gets a copy of the data directory that was initialised when the image was built. At every start the
# password, and that right, become what the environment says. All this is done by a server without network, so an open port means that
# they work.
set -euo pipefail

volume=${PGDATA%/*}
template=/usr/share/store/pgdata
config=/etc/postgresql/store.conf

fail() {
  printf 'postgres: %s\n' "$*" >&2
  exit 1
}

for name in POSTGRES_DB POSTGRES_USER POSTGRES_PASSWORD; do
  [[ -n ${!name:-} ]] || fail "the environment variable $name is missing or empty"
done
# PostgreSQL would cut a longer name short.
LC_ALL=C
((${#POSTGRES_DB} <= 63)) || fail "POSTGRES_DB is longer than the 63 bytes that a database's name may have"
((${#POSTGRES_USER} <= 63)) || fail "POSTGRES_USER is longer than the 63 bytes that a user's name may have"
[[ $POSTGRES_DB$POSTGRES_USER != *$'\n'* ]] || fail 'POSTGRES_DB and POSTGRES_USER must be on one line'
[[ -w $volume ]] || fail "the volume at $volume can't be written by uid $EUID; give the pod fsGroup 999"

# A value as an SQL string on one line, and a name as an SQL identifier.
string() {
  local value=${1//\\/\\\\}
  value=${value//\'/\\\'}
  printf "E'%s'" "${value//$'\n'/\\n}"
}
identifier() { printf '"%s"' "${1//\"/\"\"}"; }

# run DIRECTORY [OPTION…]: runs the statements of stdin, one a line, on the data directory, without any network.
run() {
  local output
  output=$(postgres --single -D "$@" -c config_file="$config" -c exit_on_error=on \
    -c log_min_messages=error -c log_min_error_statement=panic postgres 2>&1 >/dev/null) ||
    fail "could not prepare database ${POSTGRES_DB@Q} for user ${POSTGRES_USER@Q}: $output"
}

user=$(identifier "$POSTGRES_USER")
makes_roles=NOCREATEROLE
[[ ${POSTGRES_USER_MAKES_ROLES:-} != true ]] || makes_roles=CREATEROLE
password=$(string "$POSTGRES_PASSWORD")

if [[ -d $PGDATA ]]; then
  # Mounting a volume may have opened it to the pod's group, which PostgreSQL refuses.
  chmod 700 "$PGDATA"
  # After a kill it names process 1, which now is this script. The StatefulSet sees to it that no other pod uses the volume.
  rm -f "$PGDATA/postmaster.pid"
  run "$PGDATA" <<<"ALTER ROLE $user $makes_roles PASSWORD $password;"
else
  # What is cut off stays under its temporary name, and is begun anew.
  rm -rf "$PGDATA.new"
  cp -r --preserve=mode "$template" "$PGDATA.new"
  # The one sync below does for all of it.
  run "$PGDATA.new" -c fsync=off <<SQL
CREATE ROLE $user LOGIN $makes_roles PASSWORD $password;
CREATE DATABASE $(identifier "$POSTGRES_DB") OWNER $user;
SQL
  sync -f "$volume"
  mv -T "$PGDATA.new" "$PGDATA"
fi

exec postgres -D "$PGDATA" -c config_file="$config"

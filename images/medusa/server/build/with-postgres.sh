#!/usr/bin/env bash
# Usage: with-postgres.sh COMMAND [ARGUMENT…]
#
# Runs a command with an empty, throw-away PostgreSQL of its own, named by DATABASE_URL. For the image build: as root, with
# PostgreSQL 17 installed.
set -euo pipefail

if [[ ${1:---help} == --help ]]; then
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
  exit 0
fi

bin=/usr/lib/postgresql/17/bin
folder=$(mktemp -d)
chown postgres "$folder"
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; }

# Medusa can't use a socket file, and a build may share the ports with everything else on its machine.
start() {
  local port
  for port in $(shuf --input-range=20000-60000 --head-count=10); do
    # Nothing here has to outlive a crash.
    if as_postgres "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --wait --timeout=120 start >/dev/null \
      --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off"; then
      DATABASE_URL=postgres://postgres:$password@127.0.0.1:$port/postgres
      return
    fi
  done
  cat "$folder/log" >&2
  return 1
}

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
as_postgres tee "$folder/password" <<<"$password" >/dev/null
as_postgres "$bin/initdb" --pgdata="$folder/data" --username=postgres --pwfile="$folder/password" \
  --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 >/dev/null
start
trap 'as_postgres "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate stop >/dev/null; rm -rf "$folder"' EXIT

export PATH=$bin:$PATH DATABASE_URL
"$@"

#!/usr/bin/env bash
# Serves a cache that asks for VALKEY_PASSWORD and keeps nothing when it stops.
set -euo pipefail

if [[ -z ${VALKEY_PASSWORD:-} ]]; then
  echo 'valkey: the environment variable VALKEY_PASSWORD is missing or empty' >&2
  exit 1
fi

# Every byte as \xHH, so that no character of the password means anything to the configuration.
password=$(printf %s "$VALKEY_PASSWORD" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')

# Read from stdin, so that the password is in no file and no argument. Queues live in the cache too, so nothing is ever evicted: a full
# cache refuses writes instead.
exec valkey-server - <<CONFIG
bind * -::*
port 6379
requirepass "$password"
dir /tmp
save ""
appendonly no
maxmemory 96mb
maxmemory-policy noeviction
CONFIG

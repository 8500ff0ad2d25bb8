#!/usr/bin/env bash
# Usage: scripts/lib/fuzz-api.sh [options] header|oidc
#
# Lets Schemathesis try every route of the real backend by its own description, over a real PostgreSQL and a real API server, with
# callers known by x-user-id (header) or by tokens of a real OpenID provider (oidc). Anything that the description doesn't allow is
# an error: a 5xx, an answer that isn't documented, a body that doesn't fit its schema, wrong input that is taken, right input that
# is refused. backend/tests/schemathesis says what is made of it.
#
#   --seed NUMBER      where chance begins (default: 1; the seed of a run is in its last lines)
#   --examples NUMBER  at most so many requests of each kind for each route (default: 100)
#   --help             this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/lib/npm.sh
source "$(dirname "${BASH_SOURCE[0]}")/npm.sh"

readonly TESTS=$REPO_ROOT/backend/tests
readonly AUDIENCE=urn:store-platform:api
# As in the example of where to go back to after signing in.
readonly DASHBOARD=https://dashboard.shops.example

mode='' seed=1 examples=100 beside_servers=false
while (($#)); do
  case $1 in
    header | oidc) mode=$1 ;;
    --seed) seed=$(flag_value "$@"); shift ;;
    --examples) examples=$(flag_value "$@"); shift ;;
    # The second half, which with_servers runs.
    --beside-servers) beside_servers=true ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "header oidc --seed --examples --help" ;;
  esac
  shift
done
[[ -n $mode ]] || reject_flag '' "header oidc --seed --examples --help"

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

# Where Schemathesis is, in an environment of its own: one for each state of its list of packages.
schemathesis() {
  local folder
  folder=$CACHE/bin/schemathesis-$(hash_of "" "$TESTS/schemathesis/requirements.txt")
  mkdir -p "$CACHE/bin"
  # Two at once install it once.
  (
    flock 9
    [[ -e $folder/complete ]] || install_schemathesis "$folder"
  ) 9>"$folder.lock" >&2
  echo "$folder/bin/schemathesis"
}

install_schemathesis() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
  rm -rf "$1"
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$TESTS/schemathesis/requirements.txt"
  touch "$1/complete"
}

# Where the OpenID provider is, with its packages.
provider() { npm_program "$TESTS/oidc-provider"; }

# in_background NAME COMMAND…: what it prints goes to $work/NAME; it ends with this script.
in_background() {
  local output=$work/$1
  shift
  "$@" >"$output" 2>&1 &
  started+=($!)
}

conclude() {
  local code=$? process
  trap - EXIT
  for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
  wait
  # What the program itself has to say of its errors; its answers say nothing of them.
  ((code == 0)) || grep --no-messages '"level":"ERROR"' "$work/backend" >&2 || true
  rm -rf "$work"
  exit "$code"
}

# users HEADER ALICE BOB ADMIN: what each of them sends, as Schemathesis reads it.
users() {
  jq --null-input --arg header "$1" '[$ARGS.positional, ["alice", "bob", "admin"]] | transpose
    | {auth: map({name: .[1], fixedHeaders: [{name: $header, value: .[0]}]})}' --args "${@:2}" >"$work/users.json"
}

token() {
  curl --fail --silent --show-error --user "$1:$1-secret" "$issuer/token" \
    --data-urlencode grant_type=client_credentials --data-urlencode scope=api --data-urlencode "resource=$AUDIENCE" |
    jq --raw-output .access_token
}

if [[ $beside_servers == false ]]; then
  install_packages curl jq
  schemathesis >/dev/null
  [[ $mode == header ]] || provider >/dev/null
  cd "$REPO_ROOT"
  # Of the whole workspace, as the tests are built: the parts are there already.
  cargo build --quiet --locked --workspace --bin backend --example with_servers
  exec "$CARGO_TARGET_DIR/debug/examples/with_servers" "${BASH_SOURCE[0]}" --beside-servers "$mode" --seed "$seed" --examples "$examples"
fi

work=$(mktemp -d) started=()
trap conclude EXIT

settings=(
  LISTEN=127.0.0.1:0
  CORS_ORIGINS="$DASHBOARD"
  # A limit would hide the routes behind it; limits have tests of their own.
  MAX_REQUESTS_PER_MINUTE=0
  MAX_CREATIONS_PER_USER_PER_HOUR=1000000
  MAX_CREATIONS_PER_IP_PER_HOUR=1000000
  MAX_STORES_PER_USER=1000000
)
exclude=()
case $mode in
  header)
    settings+=(AUTH_MODE=header ADMIN_USERS=admin)
    # Whoever sends a name is believed to be that one, so no name is wrong.
    exclude=(--exclude-checks ignored_auth)
    users x-user-id alice bob admin
    ;;
  oidc)
    in_background provider node "$(provider)" '{"roles": {"alice": [], "bob": [], "admin": ["admin"]}}'
    wait_for 30 "the OpenID provider" grep --quiet '^{' "$work/provider"
    issuer=$(grep '^{' "$work/provider" | jq --raw-output .issuer)
    settings+=(AUTH_MODE=oidc OIDC_ISSUER="$issuer" OIDC_AUDIENCE="$AUDIENCE" OIDC_CLIENT_ID=dashboard OIDC_CLIENT_SECRET=dashboard-secret)
    users Authorization "Bearer $(token alice)" "Bearer $(token bob)" "Bearer $(token admin)"
    ;;
esac

in_background backend env "${settings[@]}" "$CARGO_TARGET_DIR/debug/backend"
wait_for 30 "the backend" grep --quiet '"message":"listening"' "$work/backend"
address=http://$(jq --raw-output 'select(.message == "listening").address' "$work/backend" | head -n 1)
wait_for 30 "the backend and its database" curl --fail --silent "$address/api/health"

# In a folder of its own, since it leaves files where it runs.
cd "$work"
export FUZZ_USERS=$work/users.json
"$(schemathesis)" --config-file "$TESTS/schemathesis/schemathesis.toml" run "$address/api/openapi.json" \
  "${exclude[@]}" --seed "$seed" --max-examples "$examples" --generation-database none --request-timeout 20

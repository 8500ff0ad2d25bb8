#!/usr/bin/env bash
# Usage: scripts/lint.sh [--quick]
#
# Checks formatting, lints, scripts, charts, generated files and licences. Changes nothing; says what to run to mend it.
#
#   --quick   leave out the licences of the dependencies (building their checker takes minutes the first time)
#   --help    this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

CARGO_DENY_VERSION=0.20.2

quick=false
while (($#)); do
  case $1 in
    --quick) quick=true ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "--quick --help" ;;
  esac
  shift
done

cd "$REPO_ROOT"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

scripts_with_bash() { git grep -lE '^#!(/usr/bin/env bash|/bin/(ba)?sh)|^# shellcheck shell=' -- ':!*.md'; }

shell() {
  install_packages shellcheck
  scripts_with_bash | xargs shellcheck -x -P SCRIPTDIR -P "$REPO_ROOT"
}

go_code() {
  local unformatted
  unformatted=$(gofmt -l cluster)
  [[ -z $unformatted ]] || die "not formatted; run: gofmt -w $unformatted"
  # Not ./cmd: vetting it compiles all of Kubernetes a second time.
  go -C cluster/node vet ./internal/...
}

# Builds the checker once, outside the checkout.
licences() {
  local root=$CACHE/bin/cargo-deny-$CARGO_DENY_VERSION
  [[ -x $root/bin/cargo-deny ]] ||
    cargo install --quiet --locked --root "$root" --version "$CARGO_DENY_VERSION" cargo-deny
  "$root/bin/cargo-deny" --log-level error check licenses bans sources
}

step "rustfmt" cargo fmt --all --check
step "clippy" cargo clippy --quiet --locked --workspace --all-targets --all-features -- -D warnings
step "shellcheck" shell
step "gofmt, go vet" go_code
[[ $quick == true ]] || step "licences (cargo-deny)" licences

#!/usr/bin/env bash
# Usage: scripts/lint.sh [check…]
#
# Checks form, not behaviour. Changes nothing; says what to run to mend it.
#
#   check    rust: rustfmt, clippy; scripts: shellcheck; go: gofmt, go vet; licences: those of all crates (building their checker takes
#            minutes the first time); charts: helm lint, and what they render; web: tsc, eslint, and whether what is generated is
#            up to date (default: all of them)
#   --help   this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/npm.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/npm.sh"

CARGO_DENY_VERSION=0.20.2

ALL_CHECKS=(rust scripts go licences charts web)
checks=()
while (($#)); do
  case $1 in
    rust | scripts | go | licences | charts | web) checks+=("$1") ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "${ALL_CHECKS[*]} --help" ;;
  esac
  shift
done
((${#checks[@]})) || checks=("${ALL_CHECKS[@]}")

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
  # With the flags of the node's program, so that what both import is compiled once. Not ./cmd: vet would read all of Kubernetes.
  CGO_ENABLED=0 go -C cluster/node vet -trimpath -tags no_btrfs ./internal/...
}

# Builds the checker once, outside the checkout.
licences() {
  local root=$CACHE/bin/cargo-deny-$CARGO_DENY_VERSION
  [[ -x $root/bin/cargo-deny ]] ||
    cargo install --quiet --locked --root "$root" --version "$CARGO_DENY_VERSION" cargo-deny
  "$root/bin/cargo-deny" --log-level error check licenses bans sources
}

lint_rust() {
  step "rustfmt" cargo fmt --all --check
  step "clippy" cargo clippy --quiet --locked --workspace --all-targets --all-features -- -D warnings
}
lint_scripts() { step "shellcheck" shell; }
lint_go() { step "gofmt, go vet" go_code; }
lint_licences() { step "licences (cargo-deny)" licences; }
lint_charts() { step "charts" scripts/lib/test-charts.sh; }
lint_web() {
  step "storefront" npm_lint images/medusa/storefront
  step "dashboard" npm_lint dashboard
}

npm_lint() (
  cd "$1"
  npm_packages
  npm run --silent --if-present lint
)

for check in "${checks[@]}"; do "lint_$check"; done

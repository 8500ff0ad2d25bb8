#!/usr/bin/env bash
# Usage: scripts/lib/check-metrics.sh
#
# Shows what the backend measures (as a test has it, in a snapshot) to promtool, which knows Prometheus's conventions, and
# looks each up in docs/METRICS.md. promtool is taken from Debian's package `prometheus`, whose server is not installed.
#
#   PROMTOOL   another promtool

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage_of "$0"; exit 0 ;;
  *) reject_flag "$1" "--help" ;;
esac

readonly SNAPSHOT=$REPO_ROOT/backend/tests/api/snapshots/api__metrics__prometheus_reads_everything.snap

promtool() {
  local unpacked=$CACHE/bin/prometheus
  if [[ ! -x $unpacked/usr/bin/promtool ]]; then
    have apt-get || die "promtool is needed: name one by PROMTOOL"
    rm -rf "$unpacked"
    mkdir -p "$unpacked"
    # A machine that never ran it has no package lists, or old ones.
    (cd "$unpacked" && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } >&2) ||
      die "apt-get could not download prometheus"
    dpkg -x "$unpacked"/prometheus_*.deb "$unpacked"
    rm "$unpacked"/prometheus_*.deb
  fi
  echo "$unpacked/usr/bin/promtool"
}

PROMTOOL=${PROMTOOL:-$(promtool)}
# What follows the second line of dashes is the page itself.
page=$(awk 'dashes == 2 { print } /^---$/ { dashes++ }' "$SNAPSHOT")
"$PROMTOOL" check metrics <<<"$page"
log "promtool finds nothing wrong"

rows=$(sed -n '/^## Backend/,/^## Orchestrator/p' "$REPO_ROOT/docs/METRICS.md")
while read -r _ _ name type; do
  grep -q "^| \`${name#store_platform_}\` | $type |" <<<"$rows" || die "docs/METRICS.md has no row for the $type $name"
done < <(grep '^# TYPE ' <<<"$page")
log "docs/METRICS.md has a row for each"

#!/usr/bin/env bash
# Usage: bench/run.sh [benchmark…]
#
# Measures parts of the platform side by side with a named peer, on this machine, and writes the results to bench/results.
# bench/README.md says what each benchmark compares.
#
#   benchmark   api dashboard (default: all)
#   --help      this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/common.sh"

benchmarks=()
while (($#)); do
  case $1 in
    api | dashboard) benchmarks+=("$1") ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "api dashboard --help" ;;
  esac
  shift
done
((${#benchmarks[@]})) || benchmarks=(api dashboard)

for benchmark in "${benchmarks[@]}"; do "$REPO_ROOT/bench/$benchmark/run.sh"; done

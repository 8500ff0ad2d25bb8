#!/usr/bin/env bash
# Usage: scripts/build-node.sh [options]
#
# Compiles the node's program, `store-platform-node`, unless the cache has it, and prints its path. It holds
# etcd, the API server and every other part of Kubernetes; the tests start an API server from it. Cold, this
# takes six minutes on two cores; after an edit in cluster/node, a few seconds.
#
#   --print-path   only print the path, compiled or not
#   --help         this text
#
# The cache is STORE_PLATFORM_CACHE, by default ~/.cache/store-platform.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source "$(dirname "${BASH_SOURCE[0]}")/lib/parts.sh"

build=true
while (($#)); do
  case $1 in
    --print-path) build=false ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "--print-path --help" ;;
  esac
  shift
done
if [[ $build == true ]]; then
  folder="$(build_part node)"
else
  folder="$(part_path node)"
fi
echo "$folder/store-platform-node"

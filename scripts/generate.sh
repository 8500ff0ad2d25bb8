#!/usr/bin/env bash
# Usage: scripts/generate.sh
#
# Writes again what is generated from code: the custom resource definitions of the chart, the OpenAPI document, and the
# dashboard's client. Tests fail when one of them drifts from its source.
#
#   --help   this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage_of "$0"; exit 0 ;;
  *) reject_flag "$1" "--help" ;;
esac

cd "$REPO_ROOT"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

# write FILE COMMAND…: the file changes only when the command has succeeded.
write() {
  local file=$1 new
  shift
  new=$(mktemp)
  "$@" >"$new"
  # Not mv: the file keeps its mode.
  cat "$new" >"$file"
  rm "$new"
}

custom_resources() {
  local name
  for name in stores storeengines; do
    write "helm/store-platform/crds/$name.yaml" cargo run --quiet --locked -p store-crd -- "$name"
  done
}

openapi() { write backend/openapi.json cargo run --quiet --locked -p backend -- openapi; }

client() { npm --prefix dashboard run generate; }

step "Custom resource definitions" custom_resources
step "OpenAPI document" openapi
step "The dashboard's client" client

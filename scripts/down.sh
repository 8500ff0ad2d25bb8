#!/usr/bin/env bash
# Usage: scripts/down.sh [options]
#
# Takes the local cluster away with all that is in it: stores, databases, volumes. Checks that no process, mount,
# network namespace, rule or cgroup of it is left. What was compiled stays in the cache. A cluster that isn't
# there is not an error; one of your own (CLUSTER=current) is not touched.
#
#   --instance NAME   which cluster of several on this machine (default: local)
#   --help            this text

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

read_instance "$0" "$@"
source "$(dirname "${BASH_SOURCE[0]}")/lib/cluster.sh"

down_node() {
  local pid program
  pid="$(node_pid)"
  # The program that runs knows best what it made; the checkout may have moved on.
  if [[ -n "$pid" ]]; then program="/proc/$pid/exe"; else program="$(build_part node)/store-platform-node"; fi
  "$program" down --instance="$INSTANCE" --dir="$NODE_DIR"
  log "    checked: no process, mount, network namespace, rule or cgroup of it is left"
}

down_kind() {
  "$(kind_program)" delete cluster --name "$(kind_name)"
}

if [[ ! -d "$INSTANCE_DIR" ]]; then
  log "The instance '$INSTANCE' has no cluster: nothing to take down."
  exit 0
fi
case "$(cluster_fact cluster)" in
  kind) step "Taking the kind cluster $(kind_name) down" down_kind ;;
  current)
    log "The cluster is your own, so it is left as it is. To remove the platform from it:"
    log "    KUBECONFIG=$(cluster_fact kubeconfig) helm uninstall store-platform -n store-platform"
    rm -f "$CLUSTER_FACTS" "$INSTANCE_DIR/images.yaml"
    exit 0
    ;;
  # A node that never came up has left no facts, but perhaps more.
  *) if [[ -d "$NODE_DIR" ]]; then step "Taking the node '$INSTANCE' down" down_node; fi ;;
esac
rm -rf "$INSTANCE_DIR"

#!/usr/bin/env bash
# Usage: scripts/status.sh [options]
#
# Says where the platform of this machine is, and whether its API answers through the ingress. The exit code
# is 0 when there is a cluster, ready or not.
#
#   --json            one JSON object: cluster, kubeconfig, domain, api, dashboard, ingress, ready
#   --instance NAME   which cluster of several on this machine (default: local)
#   --help            this text

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

json=false
while (($#)); do
  case $1 in
    --json) json=true ;;
    --instance) INSTANCE="$(flag_value "$@")"; shift ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "--json --instance --help" ;;
  esac
  shift
done
require_instance_name "$INSTANCE"
source "$(dirname "${BASH_SOURCE[0]}")/lib/cluster.sh"

[[ -f "$CLUSTER_FACTS" ]] || die "there is no cluster for the instance '$INSTANCE': start one with \`make up\`"

api="$(url_of api)"
# Readiness is what a user would find: the API, through the ingress, with its dependencies well.
ready=false
if [[ "$(curl --silent --output /dev/null --max-time 10 --write-out '%{http_code}' "$api/api/health")" == 200 ]]; then ready=true; fi

if [[ $json == true ]]; then
  jq -n --arg cluster "$(cluster_fact cluster)" --arg kubeconfig "$(cluster_fact kubeconfig)" \
    --arg domain "$(cluster_fact domain)" --arg api "$api" --arg dashboard "$(url_of dashboard)" \
    --arg ingress "127.0.0.1:$(cluster_fact httpPort)" --argjson ready "$ready" \
    '{$cluster, $kubeconfig, $domain, $api, $dashboard, $ingress, $ready}'
else
  printf '%-11s %s\n' cluster "$(cluster_fact cluster), instance $INSTANCE" kubeconfig "$(cluster_fact kubeconfig)" \
    dashboard "$(url_of dashboard)" api "$api" 'API answers' "$([[ $ready == true ]] && echo yes || echo no)"
fi

#!/usr/bin/env bash
# Usage: scripts/install-platform.sh [options]
#
# Installs the platform into the local cluster with Helm, or upgrades it, and waits until its API answers through the
# ingress. Does nothing when the same chart with the same values is already installed. `make up` runs it after
# setup-local-cluster.sh and build-images.sh.
#
#   --values FILE   more Helm values, after values-local.yaml; may be given more than once
#   --timeout SECS  how long the platform may take to come up (default: 300)
#   --help          this text

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/cluster.sh"

RELEASE=store-platform
NAMESPACE=store-platform
CHART=$REPO_ROOT/helm/store-platform

extra_values=() timeout=300
while (($#)); do
  case $1 in
    --values)
      file=$(flag_value "$@")
      [[ -f $file ]] || reject_flag "$file" "--values with a file that exists"
      extra_values+=("$file")
      shift
      ;;
    --timeout) timeout=$(flag_value "$@"); shift ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "--values --timeout --help" ;;
  esac
  shift
done
[[ $timeout =~ ^[1-9][0-9]{0,3}$ ]] || reject_flag "$timeout" "--timeout with a whole number of seconds"

use_cluster
images=$STATE/$INSTANCE/images.yaml
[[ -f $images ]] || die "$images is missing: run scripts/build-images.sh --load first"
values=("$CHART/values-local.yaml" "$images" "${extra_values[@]}")
# What only the cluster knows.
settings=(--set "public.port=$(cluster_fact httpPort)" --set "domain=$(cluster_fact domain)")
registry=$(cluster_fact registry)
[[ -z $registry ]] || settings+=(--set "images.registry=$registry")

# What the release was made from. Helm itself would make a new revision of an unchanged one.
fingerprint="inputs $(cat "${values[@]}" <(printf '%s' "${settings[*]}") | hash_of "$(sha256sum)" helm/store-platform)"

installed() {
  local history
  history=$(helm history "$RELEASE" -n "$NAMESPACE" --max 1 -o json 2>/dev/null) || return 1
  jq -e --arg description "$fingerprint" 'last | .status == "deployed" and .description == $description' \
    >/dev/null <<<"$history"
}

# Every pod of the platform, like every pod of a store, passes the strictest of the Pod Security Standards.
apply_namespace() {
  kubectl apply --server-side --field-manager=install-platform -f - >/dev/null <<YAML
apiVersion: v1
kind: Namespace
metadata:
  name: $NAMESPACE
  labels:
    pod-security.kubernetes.io/enforce: restricted
YAML
}

# Helm installs the CRDs of a chart once and never upgrades them.
apply_crds() {
  kubectl apply --server-side --force-conflicts --field-manager=install-platform -f "$CHART/crds" >/dev/null
  kubectl wait --for=condition=Established --timeout=60s -f "$CHART/crds" >/dev/null
}

install() {
  local files=()
  for file in "${values[@]}"; do files+=(-f "$file"); done
  # A first installation that was cut off leaves a release that can't be upgraded.
  if [[ $(helm status "$RELEASE" -n "$NAMESPACE" -o json 2>/dev/null | jq -r .info.status) == pending-install ]]; then
    helm uninstall "$RELEASE" -n "$NAMESPACE" --wait >/dev/null
  fi
  helm upgrade --install "$RELEASE" "$CHART" -n "$NAMESPACE" "${files[@]}" "${settings[@]}" \
    --description "$fingerprint" --wait --timeout "${timeout}s" >/dev/null ||
    die "the platform did not come up; look at: KUBECONFIG=$KUBECONFIG kubectl -n $NAMESPACE get pods"
}

answers() { [[ $("$REPO_ROOT/scripts/status.sh" --json | jq -r .ready) == true ]]; }

if installed; then
  log "the platform is installed and unchanged"
else
  apply_namespace
  step "Custom resource definitions" apply_crds
  step "Platform (helm upgrade --install $RELEASE)" install
fi
step "API answers through the ingress" wait_for "$timeout" "the API" answers
"$REPO_ROOT/scripts/status.sh"

#!/usr/bin/env bash
# Usage: cluster/tests/network-policies.sh [options]
#
# Checks on the running cluster that NetworkPolicies are enforced: real pods connect, or are kept from it. Leaves
# nothing behind.
#
#   --instance NAME   which cluster of several on this machine (default: local)
#   --help            this text

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"

read_instance "$0" "$@"
source "$REPO_ROOT/scripts/lib/cluster.sh"
source "$REPO_ROOT/scripts/lib/addons.sh"

use_cluster
image="$(addon_image probe)"
image_loaded "$image" || load_image "$(addon_archive probe)"

SHOP="policy-test-$$-shop" OTHER="policy-test-$$-other"
failures=0
trap 'kubectl delete namespace "$SHOP" "$OTHER" --wait=false --ignore-not-found >/dev/null' EXIT

# manifest NAMESPACE NAME COMMAND…: a pod as a store's are, with the label app=NAME.
manifest() {
  local namespace="$1" name="$2"
  shift 2
  jq -n --arg namespace "$namespace" --arg name "$name" --arg image "$image" '{
    apiVersion: "v1", kind: "Pod",
    metadata: {$namespace, $name, labels: {app: $name}},
    spec: {
      restartPolicy: "Never", terminationGracePeriodSeconds: 0, automountServiceAccountToken: false,
      securityContext: {runAsNonRoot: true, seccompProfile: {type: "RuntimeDefault"}},
      containers: [{
        name: "probe", $image, args: $ARGS.positional,
        ports: [{name: "main", containerPort: 8080}],
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ["ALL"]}}
      }]
    }}' --args "$@"
}

apply() { kubectl apply --server-side -f - >/dev/null; }

# serve NAMESPACE NAME: a pod that answers on 8080 and 9090, also through a service of its name.
serve() {
  manifest "$1" "$2" serve 8080 9090 | jq '.spec.containers[0].readinessProbe = {tcpSocket: {port: 8080}, periodSeconds: 1}' | apply
  jq -n --arg namespace "$1" --arg name "$2" '{
    apiVersion: "v1", kind: "Service", metadata: {$namespace, $name},
    spec: {selector: {app: $name}, ports: [{name: "main", port: 80, targetPort: "main"}]}}' | apply
}

address_of() { kubectl -n "$1" get pod "$2" -o jsonpath='{.status.podIP}'; }

# expect WHAT OUTCOME NAMESPACE NAME ADDRESS: a new pod connects as its very first act.
expect() {
  local what="$1" outcome="$2" namespace="$3" name="$4" target="$5" phase
  manifest "$namespace" "$name" dial "$target" | apply
  wait_for 60 "pod $name" ended "$namespace" "$name" || die "the pod $name did not end: $(kubectl -n "$namespace" describe pod "$name")"
  phase="$(kubectl -n "$namespace" get pod "$name" -o jsonpath='{.status.phase}')"
  if [[ "$phase" == "$outcome" ]]; then
    log "    ok      $what"
  else
    log "    FAILED  $what: $(kubectl -n "$namespace" logs "$name")"
    failures=$((failures + 1))
  fi
  kubectl -n "$namespace" delete pod "$name" --wait >/dev/null
}
ended() { [[ "$(kubectl -n "$1" get pod "$2" -o jsonpath='{.status.phase}')" =~ ^(Succeeded|Failed)$ ]]; }
reaches() { expect "$1" Succeeded "${@:2}"; }
is_refused() { expect "$1" Failed "${@:2}"; }

policies() {
  kubectl apply --server-side -n "$SHOP" -f - >/dev/null <<'YAML'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: database}
spec:
  podSelector: {matchLabels: {app: database}}
  ingress: [{from: [{podSelector: {matchLabels: {app: app}}}], ports: [{port: main}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: app}
spec:
  podSelector: {matchLabels: {app: app}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: database}}}]}]
YAML
}

kubectl create namespace "$SHOP" >/dev/null
kubectl create namespace "$OTHER" >/dev/null
serve "$SHOP" database
serve "$OTHER" server
kubectl -n "$SHOP" wait --for=condition=Ready pod/database --timeout=60s >/dev/null
kubectl -n "$OTHER" wait --for=condition=Ready pod/server --timeout=60s >/dev/null
database="$(address_of "$SHOP" database)" server="$(address_of "$OTHER" server)"
service="$(kubectl -n "$SHOP" get service database -o jsonpath='{.spec.clusterIP}')"
api="$(kubectl get service kubernetes -o jsonpath='{.spec.clusterIP}')"

heading 'Without policies'
reaches 'a stranger reaches the database' "$OTHER" stranger "$database:8080"
reaches 'the app reaches another namespace' "$SHOP" app "$server:8080"
reaches 'the app reaches the API server' "$SHOP" app "$api:443"

policies
heading 'With the policies of a store'
reaches 'the app reaches the database' "$SHOP" app "$database:8080"
reaches 'the app reaches the database through its service' "$SHOP" app "$service:80"
is_refused 'the app does not reach another port of the database' "$SHOP" app "$database:9090"
is_refused 'a stranger does not reach the database' "$OTHER" stranger "$database:8080"
is_refused 'a stranger does not reach it through its service' "$OTHER" stranger "$service:80"
is_refused 'a stranger called app does not reach it' "$OTHER" app "$database:8080"
is_refused 'another pod of the store does not reach the database' "$SHOP" setup "$database:8080"
is_refused 'the app does not reach another namespace' "$SHOP" app "$server:8080"
is_refused 'the app does not reach the API server' "$SHOP" app "$api:443"
is_refused 'the app does not reach the kubelet' "$SHOP" app "$(kubectl get nodes -o jsonpath='{.items[0].status.addresses[0].address}'):10250"
reaches 'the namespaces without policies are as before' "$OTHER" stranger "$server:8080"
if kubectl -n "$SHOP" wait --for=condition=Ready pod/database --timeout=5s >/dev/null; then
  log '    ok      the kubelet still probes the database'
else
  log '    FAILED  the kubelet does not reach the database any more'
  failures=$((failures + 1))
fi

kubectl -n "$SHOP" delete networkpolicy --all >/dev/null
heading 'After the policies are deleted'
reaches 'a stranger reaches the database again' "$OTHER" stranger "$database:8080"

((failures == 0)) || die "$failures of the checks failed"
log 'NetworkPolicies are enforced.'

#!/usr/bin/env bash
# Usage: scripts/setup-local-cluster.sh [options]
#
# Gives this machine a Kubernetes cluster with an ingress controller (Traefik), a name server, a default
# StorageClass and metrics-server. Run again, it changes nothing that is already right. It takes, in this order:
#
#   1. the cluster that your kubectl talks to, when CLUSTER=current
#   2. kind, when Docker answers: the cluster `store-platform`
#   3. on Linux as root, the project's own single node (see cluster/README.md): its parts are compiled
#      once, which takes a quarter of an hour on two cores, and kept in the cache
#
#   --instance NAME   which cluster of several on this machine (default: local)
#   --help            this text
#
# Environment:
#   CLUSTER                  current, kind or node: take this one, or fail
#   STORE_PLATFORM_REGISTRY  with CLUSTER=current: where the images are pushed to, after `docker login` or `buildah login`,
#                            and where that cluster pulls them from, such as registry.example.com/shops
#   STORE_PLATFORM_DOMAIN    with CLUSTER=current: the domain that leads to its ingress (default: localhost)
#   STORE_PLATFORM_HTTP_PORT with CLUSTER=current: the port of its ingress (default: 80)
#   STORE_PLATFORM_INSTANCE, STORE_PLATFORM_CACHE, STORE_PLATFORM_STATE

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

read_instance "$0" "$@"
source "$(dirname "${BASH_SOURCE[0]}")/lib/cluster.sh"
source "$(dirname "${BASH_SOURCE[0]}")/lib/addons.sh"

docker_answers() { have docker && timeout 10 docker info --format '{{.ServerVersion}}' 2>/dev/null | grep -q .; }

choose_cluster() {
  local known
  known="$(cluster_fact cluster)"
  case "${CLUSTER:-}" in
    current | kind | node)
      [[ -z "$known" || "$known" == "$CLUSTER" ]] ||
        die "the instance '$INSTANCE' has another cluster already ($known): take it down first, with scripts/down.sh --instance $INSTANCE"
      echo "$CLUSTER"
      ;;
    '')
      # A cluster that is there stays the one: Docker may have been started since.
      if [[ -n "$known" ]]; then
        echo "$known"
      elif docker_answers; then
        echo kind
      elif [[ "$(uname -s)" != Linux ]]; then
        die "Docker does not answer, and the project's own node runs on Linux only. Start Docker, or point kubectl at a" \
          "cluster and set CLUSTER=current"
      elif [[ $EUID -ne 0 ]]; then
        die "Docker does not answer, and the project's own node needs root. Start Docker, run this with sudo, or point" \
          "kubectl at a cluster and set CLUSTER=current"
      else
        echo node
      fi
      ;;
    *) die "CLUSTER=${CLUSTER@Q} is unknown; accepted: current, kind, node" ;;
  esac
}

# write_facts KEY VALUE…: replaces cluster.json as a whole, so that nobody reads half of it.
write_facts() {
  jq -n '$ARGS.positional as $a | [range(0; $a | length; 2) as $i | {($a[$i]): ($a[$i + 1] | tonumber? // .)}] | add' \
    --args "$@" >"$CLUSTER_FACTS.next"
  mv "$CLUSTER_FACTS.next" "$CLUSTER_FACTS"
}

# ---- the cluster that the user names ------------------------------------------------------------------

setup_current() {
  local registry="${STORE_PLATFORM_REGISTRY:-}" reference='^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$'
  require_command kubectl 'install it, or unset CLUSTER'
  [[ "$registry" =~ $reference ]] ||
    die "CLUSTER=current needs STORE_PLATFORM_REGISTRY, a registry that this machine may push to and that the cluster pulls" \
      "from, such as registry.example.com/shops; it is ${registry@Q}"
  kubectl config view --minify --flatten --raw >"$INSTANCE_DIR/kubeconfig" 2>/dev/null ||
    die "kubectl has no current context: choose one with \`kubectl config use-context\`"
  chmod 600 "$INSTANCE_DIR/kubeconfig"
  KUBECONFIG="$INSTANCE_DIR/kubeconfig" kubectl version >/dev/null 2>&1 ||
    die "the cluster of kubectl's current context ($(kubectl config current-context)) does not answer"
  write_facts cluster current instance "$INSTANCE" kubeconfig "$INSTANCE_DIR/kubeconfig" \
    domain "${STORE_PLATFORM_DOMAIN:-localhost}" httpPort "${STORE_PLATFORM_HTTP_PORT:-80}" \
    registry "$registry"
  log "    context $(kubectl config current-context); nothing was changed in it. It needs an ingress controller and a" \
    "default StorageClass of its own"
}

# ---- kind ---------------------------------------------------------------------------------------------

create_kind() {
  local http https
  http="$(free_port 80 8080)"
  https="$(free_port 443 8443)"
  "$(kind_program)" create cluster --name "$(kind_name)" --kubeconfig "$INSTANCE_DIR/kubeconfig" --wait 120s --config - <<YAML
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
    extraPortMappings:
      - {listenAddress: 127.0.0.1, hostPort: $http, containerPort: $INGRESS_HTTP_NODE_PORT}
      - {listenAddress: 127.0.0.1, hostPort: $https, containerPort: $INGRESS_HTTPS_NODE_PORT}
YAML
  write_facts cluster kind instance "$INSTANCE" kubeconfig "$INSTANCE_DIR/kubeconfig" domain localhost \
    httpPort "$http" httpsPort "$https"
}

setup_kind() {
  docker_answers || die "CLUSTER=kind needs a Docker daemon, and none answers: start Docker"
  if ! "$(kind_program)" get clusters 2>/dev/null | grep -qx "$(kind_name)"; then
    step "kind cluster $(kind_name)" create_kind
  elif [[ ! -f "$CLUSTER_FACTS" ]]; then
    die "there is a kind cluster $(kind_name) that was not made here; delete it with \`kind delete cluster --name $(kind_name)\`"
  fi
  use_cluster
  step "Ingress controller and metrics" install_addons traefik metrics-server
  step "Ingress answers" await_ingress
}

# ---- kind and the node --------------------------------------------------------------------------------

# Whatever a pod's status says: a cluster is there when it can be reached.
await_ingress() {
  wait_for 120 "the ingress" curl --silent --output /dev/null --max-time 5 "http://127.0.0.1:$(cluster_fact httpPort)/" ||
    die "the ingress does not answer; look at: KUBECONFIG=$KUBECONFIG kubectl -n traefik describe pods"
}

# ---- the project's own node ---------------------------------------------------------------------------

start_node() {
  local program status pause
  program="$(part_path node)/store-platform-node"
  pause="$(addon_image pause)"
  mkdir -p "$NODE_DIR"
  status="$("$program" up --instance="$INSTANCE" --dir="$NODE_DIR" --containerd="$(part_path containerd)" \
    --pause-image="$pause" --pause-archive="$(addon_archive pause)" --kubeconfig="$INSTANCE_DIR/kubeconfig" 8>&-)"
  write_facts cluster node instance "$INSTANCE" kubeconfig "$INSTANCE_DIR/kubeconfig" domain localhost \
    httpPort "$(jq .httpPort <<<"$status")" httpsPort "$(jq .httpsPort <<<"$status")" apiPort "$(jq .apiPort <<<"$status")"
}

compile_node() {
  local part
  for part in node pause containerd coredns traefik metrics-server helm; do
    build_part "$part" >/dev/null
  done
}

setup_node() {
  [[ "$(uname -s)" == Linux ]] || die "the project's own node runs on Linux only"
  [[ $EUID -eq 0 ]] || die "the project's own node needs root: run this with sudo"
  require_command go 'the node is compiled from source; install Go 1.26 or newer (https://go.dev/dl)'
  # runc starts containers, the CNI plugins connect them, and kube-proxy and the network policies speak nftables.
  step "Debian packages" install_packages runc containernetworking-plugins nftables jq curl git
  step "Compiled parts (from the cache where they are in it)" compile_node
  step "Node" start_node
  use_cluster
  step "Name server, storage, ingress controller, metrics" install_addons storage coredns traefik metrics-server
  step "Ingress answers" await_ingress
}

mkdir -p "$INSTANCE_DIR"
chmod 700 "$INSTANCE_DIR"
# One at a time; what goes on running must not inherit the lock.
exec 8>"$INSTANCE_DIR/.setup.lock"
flock --wait 1800 8 || die "another setup of the instance '$INSTANCE' has been running for half an hour"
started="$(now_ms)"
cluster="$(choose_cluster)"
log "Instance '$INSTANCE' uses $(case $cluster in
  current) echo "the cluster of kubectl's current context" ;;
  kind) echo "kind: the cluster $(kind_name)" ;;
  node) echo "the project's own node" ;;
esac)."
"setup_$cluster"

heading "The cluster is up after $(seconds_since "$started")"
log "    kubectl    export KUBECONFIG=$(cluster_fact kubeconfig)"
log "    ingress    $(url_of '*')"
[[ "$(cluster_fact httpPort)" == 80 ]] || log "               (port 80 was taken on this machine, so the ingress is at $(cluster_fact httpPort))"

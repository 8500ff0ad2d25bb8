# shellcheck shell=bash
# The cluster that the scripts work with: what is known of it, and how images get into it. Source after
# common.sh.
#
#   use_cluster       KUBECONFIG of this instance's cluster, and kubectl and helm on the PATH
#   use_tools         just kubectl and helm on the PATH
#   cluster_fact KEY  cluster, kubeconfig, domain, httpPort, httpsPort, apiPort; registry of a cluster of the user's own
#   load_image …      archives into the cluster

# shellcheck source=scripts/lib/parts.sh
source "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

INSTANCE_DIR="$STATE/$INSTANCE"
# What setup-local-cluster.sh wrote down when the cluster was up.
CLUSTER_FACTS="$INSTANCE_DIR/cluster.json"
NODE_DIR="$INSTANCE_DIR/node"

# kind_name: the kind cluster of this instance.
kind_name() { if [[ "$INSTANCE" == local ]]; then echo store-platform; else echo "store-platform-$INSTANCE"; fi; }

# cluster_fact KEY: what is known of the cluster under this key; empty when nothing is.
cluster_fact() {
  [[ -f "$CLUSTER_FACTS" ]] || return 0
  require_command jq 'install it (Debian: apt-get install jq; macOS: brew install jq)'
  jq -r --arg key "$1" '.[$key] // empty' "$CLUSTER_FACTS"
}

# use_cluster: from here on, kubectl and helm talk to the cluster of this instance.
use_cluster() {
  [[ -f "$CLUSTER_FACTS" ]] ||
    die "there is no cluster for the instance '$INSTANCE': run scripts/setup-local-cluster.sh (or \`make up\`) first"
  KUBECONFIG="$(cluster_fact kubeconfig)"
  export KUBECONFIG
  use_tools
}

# use_tools: kubectl and helm on the PATH. Those of the cache come first, because their versions are known
# to fit; they are compiled only when this machine has none of its own.
use_tools() {
  mkdir -p "$CACHE/bin/tools"
  _use_tool kubectl node store-platform-node
  _use_tool helm helm helm
  export PATH="$CACHE/bin/tools:$PATH"
}

_use_tool() {
  local tool="$1" part="$2" program="$3" path
  if have go && path="$(part_path "$part")" && [[ -x "$path/$program" ]]; then
    ln -sfn "$path/$program" "$CACHE/bin/tools/$tool"
  elif ! [[ -x "$CACHE/bin/tools/$tool" ]] && ! have "$tool"; then
    path="$(build_part "$part")"
    ln -sfn "$path/$program" "$CACHE/bin/tools/$tool"
  fi
}

# node_pid: the node's first process, when it runs.
node_pid() {
  local pid
  pid="$(jq -r .pid "$NODE_DIR/node.json" 2>/dev/null)" || return 0
  # A number may have been given to another process since.
  if grep -qzxF -- "--dir=$NODE_DIR" "/proc/$pid/cmdline" 2>/dev/null; then echo "$pid"; fi
}

# in_node COMMAND…: runs a command inside the node's namespaces, with containerd's tools on the PATH.
in_node() {
  local pid
  pid="$(node_pid)"
  [[ -n "$pid" ]] || die "the node of the instance '$INSTANCE' does not run: start it with scripts/setup-local-cluster.sh"
  nsenter --target "$pid" --mount --net --pid -- "$@"
}

# ctr_in_node ARGUMENT…: containerd's own tool, as the kubelet sees the images. That cgroups of version 1 will
# be gone from containerd in 2029 need not be said each time.
ctr_in_node() { in_node "$(part_path containerd)/ctr" --namespace k8s.io "$@" 2> >(grep -v 'cgroup v1 is deprecated' >&2); }

# image_loaded REFERENCE: is there an image of this name and tag in the cluster?
image_loaded() {
  case "$(cluster_fact cluster)" in
    node) [[ -n "$(ctr_in_node images ls -q "name==$1")" ]] ;;
    kind) docker exec "$(kind_name)-control-plane" crictl inspecti -q "$1" >/dev/null 2>&1 ;;
    *) false ;;
  esac
}

# load_image ARCHIVE…: makes the images of these archives (of `docker save` or OCI) known to the cluster.
load_image() {
  local archive
  for archive in "$@"; do
    [[ -f "$archive" ]] || die "there is no image archive $archive"
    case "$(cluster_fact cluster)" in
      node) ctr_in_node images import "$(realpath "$archive")" >/dev/null ;;
      kind) "$(kind_program)" load image-archive --name "$(kind_name)" "$archive" >/dev/null ;;
      current)
        die "images can't be loaded into a cluster of your own; it pulls them from $(cluster_fact registry)"
        ;;
      *) die "there is no cluster for the instance '$INSTANCE': run scripts/setup-local-cluster.sh first" ;;
    esac
  done
}

# kind_program: kind of the PATH, else one compiled at the pinned version.
kind_program() { command -v kind || echo "$(build_part kind)/kind"; }

# url_of NAME: the address of NAME.DOMAIN as a browser on this machine needs it.
url_of() {
  local port
  port="$(cluster_fact httpPort)"
  if [[ "$port" == 80 ]]; then echo "http://$1.$(cluster_fact domain)"; else echo "http://$1.$(cluster_fact domain):$port"; fi
}

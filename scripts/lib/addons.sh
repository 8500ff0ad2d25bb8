# shellcheck shell=bash
# What a cluster needs besides Kubernetes: name server, storage, ingress controller, metrics. Their images
# hold one compiled program each. Source after cluster.sh.

# The ports of the node at which cluster/addons/traefik.yaml has the ingress.
# shellcheck disable=SC2034 # for the scripts that source this
INGRESS_HTTP_NODE_PORT=30080 INGRESS_HTTPS_NODE_PORT=30443

# addon_image NAME: the image that holds the part NAME. Its tag is the part's own hash.
addon_image() {
  local path
  path="$(part_path "$1")"
  echo "localhost/store-platform/$1:${path##*-}"
}

# addon_archive NAME: where the image lies as an archive; it is made when it isn't there.
addon_archive() {
  local image archive
  image="$(addon_image "$1")"
  archive="$CACHE/images/$1-${image##*:}.tar"
  if [[ ! -f "$archive" ]]; then
    mkdir -p "$CACHE/images"
    "$(build_part node)/store-platform-node" image --reference "$image" --entrypoint "/$1" \
      --file "$(build_part "$1")/$1:/$1" --output "$archive.$$"
    mv "$archive.$$" "$archive"
  fi
  echo "$archive"
}

# install_addons NAME…: the manifests of cluster/addons, their images loaded, waited for.
install_addons() {
  local addon image
  for addon in "$@"; do
    has_image "$REPO_ROOT/cluster/addons/$addon.yaml" || continue
    image="$(addon_image "$addon")"
    image_loaded "$image" || load_image "$(addon_archive "$addon")"
  done
  for addon in "$@"; do
    addon_manifest "$addon"
    echo '---'
  done | kubectl apply --server-side --force-conflicts --field-manager=setup-local-cluster -f - >/dev/null
  # metrics-server has its first numbers after some 20 s; nothing here waits for those.
  for addon in "$@"; do
    case "$addon" in
      coredns) wait_for_deployment kube-system coredns ;;
      traefik) wait_for_deployment traefik traefik ;;
    esac
  done
}

# addon_manifest NAME: its manifest with the image's name in it. kind's kubelets sign their own certificates.
addon_manifest() {
  local manifest="$REPO_ROOT/cluster/addons/$1.yaml" edits=() trust
  trust=--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt
  [[ "$(cluster_fact cluster)" == node ]] || trust=--kubelet-insecure-tls
  edits+=(-e "s|@kubelet-trust@|$trust|")
  if has_image "$manifest"; then edits+=(-e "s|@image\.$1@|$(addon_image "$1")|"); fi
  sed "${edits[@]}" "$manifest"
}

has_image() { grep -q '@image\.' "$1"; }

wait_for_deployment() {
  kubectl -n "$1" rollout status "deployment/$2" --timeout=300s >/dev/null ||
    die "$2 does not come up; look at: KUBECONFIG=$KUBECONFIG kubectl -n $1 describe pods"
}

# shellcheck shell=bash
# The programs that the project's own node and its tests consist of, compiled from Go modules whose
# versions and checksums are pinned in cluster/. Each lies in the cache, in a folder named by what it
# was made from. Source after common.sh.

# Every part is a Go module of its own in cluster/PART, but `pause` and `probe`: these are small programs of
# cluster/node, whose images must not change with it.
PARTS=(node pause probe containerd helm coredns traefik metrics-server kind)

_part_packages() {
  case "$1" in
    node) echo ./cmd/store-platform-node ./cmd/cni-network-policy ;;
    pause | probe) echo "./cmd/$1" ;;
    containerd)
      echo github.com/containerd/containerd/v2/cmd/containerd \
        github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2 \
        github.com/containerd/containerd/v2/cmd/ctr
      ;;
    helm) echo helm.sh/helm/v3/cmd/helm ;;
    kind) echo sigs.k8s.io/kind ;;
    coredns) echo store-platform.dev/coredns ;;
    traefik) echo github.com/traefik/traefik/v3/cmd/traefik ;;
    metrics-server) echo sigs.k8s.io/metrics-server/cmd/metrics-server ;;
    *) die "there is no part ${1@Q}; there are: ${PARTS[*]}" ;;
  esac
}

_part_folder() {
  case "$1" in
    pause | probe) echo "$REPO_ROOT/cluster/node" ;;
    *) echo "$REPO_ROOT/cluster/$1" ;;
  esac
}

# The inputs of a part are its module; those of a small program are its own few lines.
_part_inputs() {
  case "$1" in
    pause | probe) echo "$REPO_ROOT/cluster/node/cmd/$1" ;;
    *) printf '%s\n' "$(_part_folder "$1")" ':(exclude,glob)**/*_test.go' ':(exclude,glob)**/cmd/pause/**' ':(exclude,glob)**/cmd/probe/**' ;;
  esac
}

# What a program says of its own version, which Go modules don't tell it.
_part_ldflags() {
  local version
  case "$1" in
    node)
      version="$(_pinned "$1" k8s.io/kubernetes)"
      local package=k8s.io/component-base/version
      local numbers="${version#v}"
      local minor="${numbers#*.}"
      echo "-X $package.gitVersion=$version -X $package.gitMajor=${numbers%%.*} -X $package.gitMinor=${minor%%.*} -X $package.gitTreeState=clean"
      ;;
    containerd)
      echo "-X github.com/containerd/containerd/v2/version.Version=$(_pinned "$1" github.com/containerd/containerd/v2)"
      ;;
    helm)
      # Without a cluster, helm template judges a chart's kubeVersion by what it was compiled with.
      version="$(_pinned "$1" k8s.io/client-go)"
      local minor="${version#v0.}"
      local of
      for of in chartutil lint/rules; do
        printf ' -X helm.sh/helm/v3/pkg/%s.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/%s.k8sVersionMinor=%s' "$of" "$of" "${minor%%.*}"
      done
      echo " -X helm.sh/helm/v3/internal/version.version=$(_pinned "$1" helm.sh/helm/v3)"
      ;;
    traefik)
      version="$(_pinned "$1" github.com/traefik/traefik/v3)"
      echo "-X github.com/traefik/traefik/v3/pkg/version.Version=${version#v}"
      ;;
    metrics-server)
      echo "-X sigs.k8s.io/metrics-server/pkg/version.gitVersion=$(_pinned "$1" sigs.k8s.io/metrics-server)"
      ;;
    *) echo '' ;;
  esac
}

# _pinned PART MODULE: the version that a part's go.mod requires of a module.
_pinned() { awk -v module="$2" '$1 == module && $2 ~ /^v/ {print $2; exit} $1 == "require" && $2 == module {print $3; exit}' "$REPO_ROOT/cluster/$1/go.mod"; }

# part_path PART: the folder with the part's programs, whether or not they have been compiled.
part_path() {
  local inputs
  mapfile -t inputs < <(_part_inputs "$1")
  echo "$CACHE/bin/$1-$(hash_of "$(_part_packages "$1") $(_part_ldflags "$1") $(go env GOVERSION GOOS GOARCH)" "${inputs[@]}")"
}

# build_part PART compiles the part unless it is in the cache, and prints the folder of its programs.
build_part() {
  local part="$1" path packages
  require_command go 'install Go 1.26 or newer (https://go.dev/dl)'
  packages="$(_part_packages "$part")"
  path="$(part_path "$part")"
  if [[ ! -d "$path" ]]; then
    mkdir -p "$CACHE/bin"
    # Two scripts at once compile a part once.
    (
      flock 9
      [[ -d "$path" ]] || _compile "$part" "$path" "$packages"
    ) 9>"$CACHE/bin/.$part.lock"
  fi
  # What has not been used for long may go: each edit leaves a part of its own.
  touch "$path"
  find "$CACHE/bin" -maxdepth 1 -name "$part-*" -mtime +14 -exec rm -rf {} +
  echo "$path"
}

_compile() {
  local part="$1" path="$2" packages="$3" output started
  log "    compiling $part"
  started="$(now_ms)"
  output="$(mktemp -d "$CACHE/bin/.$part.XXXXXX")"
  # Static, without paths of this machine, without symbols nobody reads.
  # shellcheck disable=SC2086 # packages are several words
  if ! (cd "$(_part_folder "$part")" &&
    CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -tags no_btrfs \
      -ldflags "-s -w $(_part_ldflags "$part")" -o "$output/" $packages >&2); then
    rm -rf "$output"
    die "could not compile $part; the compiler's messages are above"
  fi
  chmod 755 "$output"
  mv "$output" "$path"
  log "    $part compiled in $(seconds_since "$started")"
}

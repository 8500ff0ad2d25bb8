# shellcheck shell=bash
# Images, with docker where its daemon answers and with buildah otherwise: what scripts/build-images.sh needs of either.
# Source after common.sh.

BASE_IMAGE=docker.io/library/debian:trixie-slim

BUILDER=""

# choose_builder sets BUILDER, and installs buildah where neither is there.
choose_builder() {
  if have docker && docker info >/dev/null 2>&1; then
    BUILDER=docker
  else
    [[ $EUID -eq 0 ]] || die "building images needs a running docker, or root for buildah"
    install_packages buildah
    # No user namespaces, no runtime: it works in containers and on small machines alike.
    export BUILDAH_ISOLATION=chroot
    BUILDER=buildah
  fi
}

# list_images prints "REFERENCE SIZE" of every image there is.
list_images() {
  case $BUILDER in
    docker) docker images --format '{{.Repository}}:{{.Tag}} {{.Size}}' ;;
    buildah) buildah images --format '{{.Name}}:{{.Tag}} {{.Size}}' ;;
  esac
}

# build_image REFERENCE FOLDER [OPTION…]: the options are those that docker and buildah share.
build_image() {
  local reference=$1 folder=$2
  shift 2
  local option
  # Where they exist, this machine's npm settings and CA certificates can be mounted by a RUN; no layer ever holds them.
  for option in "npmrc=${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}" "ca-certificates=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"; do
    [[ ! -r ${option#*=} ]] || set -- "$@" --secret "id=${option%%=*},src=${option#*=}"
  done
  case $BUILDER in
    docker) DOCKER_BUILDKIT=1 docker build --progress=plain --tag "$reference" "$@" "$folder" ;;
    buildah) buildah build --layers --pull-never --tag "$reference" "$@" "$folder" ;;
  esac
}

# remove_image REFERENCE: one that a container still uses stays.
remove_image() {
  case $BUILDER in
    docker) docker image rm "$1" ;;
    buildah) buildah rmi "$1" ;;
  esac >/dev/null 2>&1 || true
}

# archive_image REFERENCE FILE
archive_image() {
  case $BUILDER in
    docker) docker save --output "$2" "$1" ;;
    buildah) buildah push --quiet "$1" "docker-archive:$2:$1" ;;
  esac
}

# push_image LOCAL REMOTE: to a registry that this machine is signed in at.
push_image() {
  case $BUILDER in
    docker) docker tag "$1" "$2" && docker push --quiet "$2" ;;
    buildah) buildah push --quiet "$1" "docker://$2" ;;
  esac >/dev/null || die "the image could not be pushed to $2: can this machine sign in there (\`$BUILDER login\`)?"
}

# make_base_image: from the registry where it answers, and else from Debian's packages with the sources this machine uses.
make_base_image() {
  if timeout 120 "$BUILDER" pull --quiet "$BASE_IMAGE" >/dev/null 2>&1; then
    log "    base image $BASE_IMAGE pulled"
    return
  fi
  install_packages mmdebstrap debian-archive-keyring
  local started folder
  started=$(now_ms)
  folder=$(mktemp -d)
  trixie_sources >"$folder/sources.list"
  # Without documentation and translations, like the official image; and like there, dpkg doesn't wait for the disk.
  local debootstrap=(mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*'
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
    trixie "$folder/base.tar")
  [[ ! -s $folder/sources.list ]] || debootstrap+=("$folder/sources.list")
  "${debootstrap[@]}" >&2 ||
    die "no registry has $BASE_IMAGE, and mmdebstrap could not make it from Debian's packages; its messages are above"
  import_base "$folder/base.tar"
  rm -r "$folder"
  log "    base image $BASE_IMAGE made from Debian's packages in $(seconds_since "$started")"
}

# Where a Debian machine gets its packages, for trixie. Nothing on other machines: there mmdebstrap knows.
trixie_sources() {
  # shellcheck disable=SC2016 # apt-get fills these in
  apt-get indextargets --format '$(ORIGIN) deb $(SITE) $(RELEASE)' 'Identifier: Packages' |
    sed -nE 's/^Debian deb (\S+) [a-z]+(-[a-z-]+)?$/deb \1 trixie\2 main/p' | sort -u
}

import_base() {
  case $BUILDER in
    docker) docker import --change 'CMD ["bash"]' "$1" "$BASE_IMAGE" >/dev/null ;;
    buildah)
      local container
      container=$(buildah from scratch)
      buildah add --quiet "$container" "$1" / >/dev/null
      buildah config --cmd bash "$container"
      buildah commit --quiet --rm "$container" "$BASE_IMAGE" >/dev/null
      ;;
  esac
}

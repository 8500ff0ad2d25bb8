#!/usr/bin/env bash
# Usage: scripts/build-images.sh [options] [NAME…]
#
# Builds the images of the platform that have changed, with docker or buildah, and writes their tags for Helm to
# images.yaml in the folder of the local cluster's state. A tag is a hash over what the image is made from, so an image
# whose inputs did not change is neither built nor loaded nor rolled out again. Without a NAME: all of them.
#
#   --load   also load into the local cluster those that it doesn't have yet; to a cluster of one's own (CLUSTER=current)
#            they are given by its registry
#   --force  build also what has not changed, from the newest Debian packages; the tags stay the same
#   --list   print the names of the images and stop
#   --help   this text
#
# WooCommerce needs the archives of WordPress and WooCommerce: from their site, or from WORDPRESS_DIR and WOOCOMMERCE_DIR, or
# from sources/wordpress-VERSION and sources/woocommerce-VERSION in the cache folder (STORE_PLATFORM_CACHE, by default
# ~/.cache/store-platform). Where they are to be had nowhere the image is SKIPPED, its engine is switched off, and the
# rest goes on. WORDPRESS_VERSION and WOOCOMMERCE_VERSION choose other versions.

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
# shellcheck source=scripts/lib/builder.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/builder.sh"
# shellcheck source=scripts/lib/images.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/images.sh"

REGISTRY=localhost/store-platform
# Downloading and unpacking packages leaves a core idle about half of the time.
JOBS=2

mapfile -t all < <(image_names)
chosen=() load=false force=false
while (($#)); do
  case $1 in
    --load) load=true ;;
    --force) force=true ;;
    --list) printf '%s\n' "${all[@]}"; exit 0 ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *)
      [[ " ${all[*]} " == *" $1 "* ]] || reject_flag "$1" "--load --force --list --help ${all[*]}"
      chosen+=("$1")
      ;;
  esac
  shift
done
((${#chosen[@]})) || chosen=("${all[@]}")
require_instance_name "$INSTANCE"

state=$STATE/$INSTANCE
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$CACHE/images" "$state"

# ---- one image -------------------------------------------------------------------------------------

declare -A sizes

# What there is, as SIZES by reference.
read_sizes() {
  local reference size
  sizes=()
  while read -r reference size; do sizes[$reference]=$size; done < <(list_images)
}

# The folder that the builder sees: just the files that the tag is made from.
stage_files() {
  local files=$1 folder=$2
  mkdir -p "$folder"
  git -C "$REPO_ROOT" ls-files -z --cached --others --exclude-standard -- "$files" |
    tar -C "$REPO_ROOT" --null --files-from=- --ignore-failed-read -cf - 2>/dev/null | tar -C "$folder" -xf -
}

build() {
  local name=$1 files=$2 reference=$3 staged=$work/$1.files
  stage_files "$files" "$staged"
  [[ -d $staged/$files ]] || files=${files%/*}
  local options=("${BUILD_OPTIONS[@]}")
  [[ $force == false ]] || options+=(--no-cache)
  build_image "$reference" "$staged/$files" "${options[@]}" >"$work/$name.log" 2>&1 && return
  tail -n 40 "$work/$name.log" >&2
  die "the image of $name could not be built; the end of its build's output is above"
}

prune() {
  local name=$1 keep=$2 reference
  for reference in "${!sizes[@]}"; do
    [[ $reference != "$REGISTRY/$name:"* || $reference == "$keep" ]] || remove_image "$reference"
  done
}

load() {
  local name=$1 reference=$2 registry
  registry=$(cluster_fact registry)
  if [[ -n $registry ]]; then
    push_image "$reference" "$registry/${reference#"$REGISTRY/"}"
    return
  fi
  archive_image "$reference" "$work/$name.tar"
  load_image "$work/$name.tar"
  rm "$work/$name.tar"
}

# Makes one image and leaves in $work/NAME.tag what became of it: its tag, or nothing if it was skipped.
make_image() {
  local name=$1 files tag reference what started
  # Two runs of this script at once make each image once.
  exec 9>"$CACHE/images/.$name.lock"
  flock 9
  started=$(now_ms)
  files=$(image_field "$name" 2)
  local need
  need=$(image_field "$name" 3)
  if [[ ! -e $REPO_ROOT/$files ]]; then
    die "$files, from which the image of $name is built, does not exist"
  fi
  [[ -z $need ]] || "needs_$need" "$name"
  if [[ -n $SKIP_REASON ]]; then
    warn "SKIPPED $name: $SKIP_REASON"
    printf '%s' "$SKIP_REASON" >"$work/$name.skipped"
    return
  fi
  tag=$(hash_of "$DIGEST" "$REPO_ROOT/$files")
  reference=$REGISTRY/$name:$tag
  read_sizes
  if [[ $force == false && -n ${sizes[$reference]:-} ]]; then
    what=unchanged
  else
    build "$name" "$files" "$reference"
    what=built
    read_sizes
  fi
  if [[ $load == true ]] && { [[ $force == true ]] || ! image_loaded "$reference"; }; then
    load "$name" "$reference"
    what+=", loaded"
  fi
  prune "$name" "$reference"
  printf '%s' "$tag" >"$work/$name.tag"
  [[ -z $ENGINE_VERSION ]] || printf '%s' "$ENGINE_VERSION" >"$work/$name.version"
  log "    $(printf '%-12s' "$name") $tag  $what in $(seconds_since "$started") (${sizes[$reference]})"
}

# ---- all of them -----------------------------------------------------------------------------------

make_all() {
  local name running=0
  failed=0
  for name in "${chosen[@]}"; do
    if ((running == JOBS)); then
      wait -n || failed=$((failed + 1))
      running=$((running - 1))
    fi
    (make_image "$name") &
    running=$((running + 1))
  done
  while ((running)); do
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
  done
}

# Helm values. An image that was not asked for, or failed, keeps what the file says of it.
write_values() {
  local file=$state/images.yaml name
  {
    echo '# Written by scripts/build-images.sh.'
    echo 'images:'
    for name in "${all[@]}"; do
      if [[ -f $work/$name.tag ]]; then
        printf '  %s: { tag: "%s" }\n' "$name" "$(<"$work/$name.tag")"
      elif [[ ! -f $work/$name.skipped && -f $file ]]; then
        grep "^  $name: { tag: " "$file" || true
      fi
    done
    # What can't be built here, or in another version, is the image of an engine.
    echo 'engines:'
    for name in "${all[@]}"; do
      if [[ -f $work/$name.skipped ]]; then
        printf '  %s: { enabled: false }\n' "$name"
      elif [[ -f $work/$name.version ]]; then
        printf '  %s: { version: "%s" }\n' "$name" "$(<"$work/$name.version")"
      elif [[ ! -f $work/$name.tag && -f $file ]]; then
        grep -E "^  $name: \{ (enabled|version): " "$file" || true
      fi
    done
  } >"$work/images.yaml"
  # With no engine switched off the key has no value, which Helm would take as "remove the engines".
  sed -i '${/^engines:$/d}' "$work/images.yaml"
  cmp -s "$work/images.yaml" "$file" || mv "$work/images.yaml" "$file"
}

started=$(now_ms)
choose_builder
heading "Images (with $BUILDER)"
if [[ $load == true ]]; then
  # shellcheck source=scripts/lib/cluster.sh
  source "$(dirname "${BASH_SOURCE[0]}")/lib/cluster.sh"
  use_cluster
fi
(
  flock 9
  if [[ $force == true ]] || ! list_images | grep -qF "$BASE_IMAGE "; then
    make_base_image
  fi
) 9>"$CACHE/images/.base.lock"

make_all
write_values

skipped=("$work"/*.skipped)
summary="    ${#chosen[@]} images in $(seconds_since "$started"); tags in $state/images.yaml"
if [[ -f ${skipped[0]} ]]; then
  for name in "${skipped[@]}"; do
    name=$(basename "$name" .skipped)
    summary+="; SKIPPED $name"
  done
fi
log "$summary"
((failed == 0)) || die "$failed of the images could not be made; what went wrong is above"

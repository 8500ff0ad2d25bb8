# shellcheck shell=bash
# The images of the platform: what each is made from. Source after common.sh. A new image is one line in the table.
# shellcheck disable=SC2034 # what the sourcing script reads

# name | the files it is built from: a folder with a Dockerfile, or the Dockerfile alone | what else it needs
# In the order in which they are begun: the longest first; the second Rust program waits for the compiler's one run.
IMAGES=(
  'backend      | backend/Dockerfile      | program'
  'medusa       | images/medusa           |'
  'mariadb      | images/mariadb          |'
  'postgres     | images/postgres         |'
  'woocommerce  | images/woocommerce      | wordpress'
  'valkey       | images/valkey           |'
  'dashboard    | dashboard               | site'
  'orchestrator | orchestrator/Dockerfile | program'
)

# What a needs_… function sets: options for the build, what goes into the tag besides the files, the version of the engine where it
# can be chosen, and, where the image can't be made here, the reason.
BUILD_OPTIONS=()
DIGEST=""
ENGINE_VERSION=""
SKIP_REASON=""

image_names() { printf '%s\n' "${IMAGES[@]}" | cut -d'|' -f1 | tr -d ' '; }

# image_field NAME FIELD
image_field() {
  printf '%s\n' "${IMAGES[@]}" | awk -F ' *[|] *' -v name="$1" -v field="$2" '$1 == name { print $field }'
}

# ---- the platform's own programs -------------------------------------------------------------------

# compile_program NAME: sets PROGRAM, the file. Compiled here, where the compiler's cache is, and copied in. Both in one run, so that each
# dependency is compiled once; and not at all where they are there from the same sources: to cargo those of a new checkout are new ones.
compile_program() {
  local name=$1 target=${CARGO_TARGET_DIR:-$CACHE/target} triple inputs folder=$CACHE/images/$1
  require_command cargo 'install Rust (https://rustup.rs)'
  triple=$(rustc -vV | sed -n 's/^host: //p')
  [[ $triple == *-linux-gnu ]] || die "the image of $name is compiled on Linux with glibc; this is $triple"
  mkdir -p "$folder"
  inputs=$(hash_of "$(cd "$REPO_ROOT" && rustc -vV)" "$REPO_ROOT"/{Cargo.toml,Cargo.lock,rust-toolchain.toml} \
    "$REPO_ROOT"/{backend,orchestrator,crates} ':(exclude,glob)**/tests/**' ':(exclude,glob)**/*.snap' ':(exclude,glob)**/*.md')
  if [[ $(cat "$folder/inputs" 2>/dev/null) != "$inputs" ]]; then
    (
      flock 8
      cd "$REPO_ROOT"
      # Static, C library included: the image holds nothing else. --target keeps the flag from build scripts and macros.
      CARGO_TARGET_DIR=$target RUSTFLAGS='-C target-feature=+crt-static' \
        cargo build --release --locked --quiet --target "$triple" -p backend -p orchestrator
    ) 8>"$CACHE/images/.cargo.lock" || die "cargo could not compile $name; its messages are above"
    cmp -s "$target/$triple/release/$name" "$folder/$name" || cp "$target/$triple/release/$name" "$folder/$name"
    echo "$inputs" >"$folder/inputs"
  fi
  PROGRAM=$folder/$name
}

needs_program() {
  compile_program "$1"
  BUILD_OPTIONS=(--build-context "program=$(dirname "$PROGRAM")")
  DIGEST=$(sha256sum <"$PROGRAM")
}

# ---- the dashboard's files -------------------------------------------------------------------------

# Built here by npm, like the programs by cargo, and copied in: the image holds a web server and files.
needs_site() {
  local name=$1 folder=$CACHE/images/$1-site inputs work
  require_command npm 'install Node.js 20 or newer (https://nodejs.org)'
  inputs=$(hash_of "" "$REPO_ROOT/$name")
  if [[ $(cat "$folder.inputs" 2>/dev/null) != "$inputs" ]]; then
    work=$(mktemp -d)
    stage_files "$name" "$work"
    (cd "$work/$name" && npm ci --no-audit --no-fund --loglevel=error && npm run build) >"$work/npm.log" 2>&1 ||
      die "npm could not build $name: $(tail -n 20 "$work/npm.log")"
    rm -rf "$folder"
    mv "$work/$name/dist" "$folder"
    echo "$inputs" >"$folder.inputs"
    rm -rf "$work"
  fi
  BUILD_OPTIONS=(--build-context "site=$folder")
}

# ---- WordPress and WooCommerce ---------------------------------------------------------------------

# Tested together. WORDPRESS_VERSION and WOOCOMMERCE_VERSION name others, which have no checksum here.
WORDPRESS_TESTED=6.8.3
WORDPRESS_ARCHIVE_SHA1=fd56bcdc15f1877e45dce67942ea75949ed650e8
WOOCOMMERCE_TESTED=10.0.2
# Nothing is published to check its archive by; this is the code that was tested, as _code_digest sees it.
WOOCOMMERCE_CODE_SHA256=56fb2f86bc786efbe55fb2b24f4c0a159b0d9ba5e0702ec20352af0f718b2987

needs_wordpress() {
  local wordpress=${WORDPRESS_VERSION:-$WORDPRESS_TESTED} woocommerce=${WOOCOMMERCE_VERSION:-$WOOCOMMERCE_TESTED}
  local wordpress_dir=${WORDPRESS_DIR:-$CACHE/sources/wordpress-$wordpress}
  local woocommerce_dir=${WOOCOMMERCE_DIR:-$CACHE/sources/woocommerce-$woocommerce}
  if [[ ! -f $wordpress_dir/wp-settings.php ]] && ! _download_wordpress "$wordpress" "$wordpress_dir"; then
    SKIP_REASON="WordPress $wordpress is not in $wordpress_dir and can't be downloaded here; put it there unpacked, or name its folder in WORDPRESS_DIR"
  elif [[ ! -f $woocommerce_dir/woocommerce.php ]] && ! _download_woocommerce "$woocommerce" "$woocommerce_dir"; then
    SKIP_REASON="WooCommerce $woocommerce is not in $woocommerce_dir and can't be downloaded here; put it there unpacked, or name its folder in WOOCOMMERCE_DIR"
  else
    _is_version "$wordpress" "$wordpress_dir" wp-includes/version.php WORDPRESS_VERSION
    _is_version "$woocommerce" "$woocommerce_dir" woocommerce.php WOOCOMMERCE_VERSION
    ENGINE_VERSION=$woocommerce
    DIGEST="$(_tree_digest "$wordpress_dir") $(_tree_digest "$woocommerce_dir")"
    BUILD_OPTIONS=(--build-context "wordpress=$wordpress_dir" --build-context "woocommerce=$woocommerce_dir"
      --build-arg "SOURCES=$(hash_of "$DIGEST" "$REPO_ROOT/images/woocommerce/build")")
  fi
}

# _is_version VERSION FOLDER FILE VARIABLE: what this file of the folder says of itself is this version.
_is_version() {
  local found
  found=$(sed -nE "s/^( \\* Version: |\\\$wp_version = ')([^']+).*/\\2/p" "$2/$3" | head -n 1)
  [[ $found == "$1" ]] ||
    die "$2 holds version ${found:-unknown}, not $1: name another folder, or say $4=$found (tested: WordPress $WORDPRESS_TESTED with WooCommerce $WOOCOMMERCE_TESTED)"
}

_download_wordpress() {
  local version=$1 folder=$2 archive=$CACHE/sources/wordpress-$1.tar.gz
  _download "https://wordpress.org/wordpress-$version.tar.gz" "$archive" || return 1
  if [[ $version == "$WORDPRESS_TESTED" ]]; then
    sha1sum --check --status <<<"$WORDPRESS_ARCHIVE_SHA1  $archive" ||
      die "$archive has not the checksum of WordPress $version; remove it and try again"
  fi
  _unpack "$folder" tar -xzf "$archive" --no-same-owner
}

_download_woocommerce() {
  local version=$1 folder=$2 archive=$CACHE/sources/woocommerce-$1.zip
  _download "https://downloads.wordpress.org/plugin/woocommerce.$version.zip" "$archive" || return 1
  install_packages unzip
  _unpack "$folder" unzip -q "$archive"
  [[ $version != "$WOOCOMMERCE_TESTED" || $(_code_digest "$folder") == "$WOOCOMMERCE_CODE_SHA256" ]] ||
    die "$folder is not the WooCommerce $version that was tested; look at it, and remove it or name it in WOOCOMMERCE_DIR"
}

# _download URL FILE
_download() {
  install_packages curl ca-certificates
  mkdir -p "$(dirname "$2")"
  curl --fail --silent --location --connect-timeout 10 --max-time 300 --retry 2 --output "$2" "$1"
}

# _unpack FOLDER COMMAND…: the archive's one folder becomes FOLDER, whole or not at all.
_unpack() {
  local folder=$1 work
  shift
  work=$(mktemp -d "$folder.XXXXXX")
  (cd "$work" && "$@") || die "could not unpack into $folder"
  mv -T "$work"/* "$folder"
  rmdir "$work"
}

# What runs, on the server and in the browser.
_code_digest() {
  (cd "$1" && find . -type f \( -name '*.php' -o -name '*.js' -o -name '*.css' \) -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) |
    sha256sum | cut -d' ' -f1
}

# A hash over names and contents. Reading thousands of files takes seconds, so it is kept as long as none was touched.
_tree_digest() {
  local touched kept new
  touched=$(cd "$1" && find . -type f -printf '%p %s %T@ %C@\n' | LC_ALL=C sort | sha256sum | cut -d' ' -f1)
  kept=$CACHE/sources/.digest-$touched
  mkdir -p "$CACHE/sources"
  [[ -s $kept ]] ||
    (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -d' ' -f1 >"$kept"
  cat "$kept"
}

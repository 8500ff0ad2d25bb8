# shellcheck shell=bash
# Packages of npm. Source after common.sh.

# npm_packages: those of the project in this folder, unless they are there as its lock file has them.
npm_packages() {
  [[ node_modules/.package-lock.json -nt package-lock.json ]] || npm ci --no-audit --no-fund --loglevel=error
}

# npm_program FOLDER: has the packages of a program beside a copy of it, outside the checkout, and prints where its server.js is.
npm_program() {
  local folder
  folder=$CACHE/npm/$(basename "$1")-$(hash_of "" "$1")
  if [[ ! -e $folder/complete ]]; then
    require_command npm "install Node 20 or newer"
    mkdir -p "$folder"
    # Two at once install it once.
    (
      flock 9
      [[ -e $folder/complete ]] || _install_npm_program "$1" "$folder"
    ) 9>"$folder.lock" >&2 || die "the packages of $1 could not be installed; npm's messages are above"
  fi
  echo "$folder/server.js"
}

_install_npm_program() {
  cp "$1"/{package.json,package-lock.json,server.js} "$2" &&
    npm --prefix "$2" ci --ignore-scripts --no-audit --no-fund --loglevel=error &&
    touch "$2/complete"
}

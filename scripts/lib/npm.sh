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
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$1"/{package.json,package-lock.json,server.js} "$folder"
    npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    touch "$folder/complete"
  fi
  echo "$folder/server.js"
}

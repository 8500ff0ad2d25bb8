# shellcheck shell=bash
# What every script of this repository shares. Source it right after `set -euo pipefail`:
#
#   source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
#
# It runs nothing by itself; it defines names and functions.
# shellcheck disable=SC2034 # names that only the sourcing scripts use

REPO_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

# Compiled parts, downloaded sources and the cargo target folder: kept between runs.
CACHE="${STORE_PLATFORM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/store-platform}"
# What a local cluster leaves on this machine: one folder per instance.
STATE="${STORE_PLATFORM_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/store-platform}"
INSTANCE="${STORE_PLATFORM_INSTANCE:-local}"

# ---- saying what happens ---------------------------------------------------------------------------

if [[ -t 2 && -z "${NO_COLOR:-}" ]]; then
  _bold=$'\e[1m' _red=$'\e[31m' _yellow=$'\e[33m' _plain=$'\e[0m'
else
  _bold='' _red='' _yellow='' _plain=''
fi

# Everything said to a person goes to stderr, so that stdout stays for results.
log() { printf '%s\n' "$*" >&2; }
heading() { printf '%s==> %s%s\n' "$_bold" "$*" "$_plain" >&2; }
warn() { printf '%swarning:%s %s\n' "$_yellow" "$_plain" "$*" >&2; }
die() {
  printf '%serror:%s %s\n' "$_red" "$_plain" "$*" >&2
  exit 1
}

# The time in milliseconds, for measuring.
now_ms() { date +%s%3N; }

# seconds_since START_MS prints e.g. "3.2 s".
seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# step DESCRIPTION COMMAND… runs the command and says how long it took. The command is not part of a
# condition here, so that `set -e` holds inside it when it is a function.
step() {
  local description="$1" started
  shift
  heading "$description"
  started="$(now_ms)"
  "$@"
  log "    done in $(seconds_since "$started")"
}

# ---- flags -----------------------------------------------------------------------------------------

# usage_of SCRIPT prints the comment block at its top: the one place where a script says how it is used.
usage_of() { sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//p}' "$1"; }

# reject_flag FLAG ACCEPTED: the answer to a flag that a script does not know.
reject_flag() {
  printf '%serror:%s unknown argument %q; accepted: %s\n' "$_red" "$_plain" "$1" "$2" >&2
  exit 2
}

# flag_value FLAG [VALUE…]: the value that follows a flag, or exit 2 when there is none.
flag_value() {
  if [[ $# -lt 2 || "$2" == --* ]]; then
    printf '%serror:%s %s needs a value\n' "$_red" "$_plain" "$1" >&2
    exit 2
  fi
  printf '%s' "$2"
}

# read_instance SCRIPT [FLAG…]: the flags of a script that takes no others than --instance and --help.
read_instance() {
  local script="$1"
  shift
  while (($#)); do
    case $1 in
      --instance) INSTANCE="$(flag_value "$@")"; shift ;;
      -h | --help) usage_of "$script"; exit 0 ;;
      *) reject_flag "$1" "--instance --help" ;;
    esac
    shift
  done
  require_instance_name "$INSTANCE"
}

# ---- the machine -----------------------------------------------------------------------------------

have() { command -v "$1" >/dev/null 2>&1; }

# require_command COMMAND HOW: stops with HOW to get the command when it is not there.
require_command() { have "$1" || die "this needs \`$1\`, which is not on the PATH: $2"; }

# install_packages PACKAGE…: installs those Debian packages that are missing, and says which. Two at once take turns.
install_packages() {
  local missing
  missing="$(_missing_packages "$@")"
  [[ -n "$missing" ]] || return 0
  have apt-get || die "these packages are needed and apt-get is not here to install them: $missing"
  [[ $EUID -eq 0 ]] || die "these packages are needed: $missing. Install them with: sudo apt-get install $missing"
  mkdir -p "$CACHE"
  (
    flock 9
    read -ra packages <<<"$(_missing_packages "$@")"
    ((${#packages[@]})) || exit 0
    log "    installing Debian packages: ${packages[*]}"
    _apt_install "${packages[@]}" >/dev/null 2>&1 && exit 0
    # A machine that never ran it has no package lists, or old ones.
    apt-get update -qq >&2 || die 'apt-get update failed: is the network there?'
    output="$(_apt_install "${packages[@]}" 2>&1)" || die "apt-get could not install ${packages[*]}:"$'\n'"$output"
  ) 9>"$CACHE/.apt.lock"
}

_missing_packages() {
  local package missing=()
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" == 'install ok installed' ]] || missing+=("$package")
  done
  echo "${missing[*]}"
}

_apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# require_instance_name NAME: instances name folders, cgroups and images.
require_instance_name() {
  [[ "$1" =~ ^[a-z][a-z0-9-]{0,19}$ ]] ||
    die "instance name ${1@Q} is not usable: lower-case letters, digits and dashes, starting with a letter, at most 20"
}

# port_is_free PORT: nothing listens there on 127.0.0.1 or on every address.
port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port CANDIDATE…: the first of the candidates that is free; none of them, then the next above the last.
free_port() {
  local port
  for port in "$@"; do
    if port_is_free "$port"; then
      printf '%s' "$port"
      return
    fi
  done
  while ((port < 65535)); do
    port=$((port + 1))
    if port_is_free "$port"; then
      printf '%s' "$port"
      return
    fi
  done
  die "no free port from $1 upwards"
}

# wait_for SECONDS DESCRIPTION COMMAND…: until the command succeeds, at most so long.
wait_for() {
  local limit="$1" description="$2"
  shift 2
  if ! poll "$limit" _silently "$@"; then
    log "gave up waiting for $description after $limit s"
    return 1
  fi
}

_silently() { "$@" >/dev/null 2>&1; }

# poll SECONDS COMMAND…: the same for a command that has something to say.
poll() {
  local deadline=$(($(now_ms) + $1 * 1000))
  shift
  until "$@"; do
    (($(now_ms) < deadline)) || return 1
    sleep 0.1
  done
}

# ---- inputs ----------------------------------------------------------------------------------------

# hash_of TEXT PATH…: the first 12 hex digits of a hash over a text (versions, flags, other hashes; may be
# empty) and over names and contents of files and of folders' files, so that equal inputs have an equal
# name wherever the checkout lies.
hash_of() {
  local text="$1"
  shift
  {
    printf '%s\n' "$text"
    # Only what belongs to the project: git's own list of files, new ones included.
    git -C "$REPO_ROOT" ls-files -z --full-name --cached --others --exclude-standard -- "$@" | sort -zu |
      while IFS= read -r -d '' path; do
        [[ ! -f "$REPO_ROOT/$path" ]] ||
          printf '%s %s %s\n' "$path" "$(stat -c %A "$REPO_ROOT/$path")" "$(sha256sum <"$REPO_ROOT/$path")"
      done
  } | sha256sum | cut -c1-12
}

# Sourced by the scripts beside it.
# shellcheck shell=bash
state=${XDG_CACHE_HOME:-$HOME/.cache}/throughline/engine
programs=$state/programs
mkdir -p "$state/run" "$state/log"
export PATH=$programs/usr/sbin:$programs/usr/bin:$PATH
export DOCKER_HOST=unix://$state/run/docker.sock
export DOCKER_CONFIG=$state/config

say() { echo "engine: $*" >&2; }

# The engine runs as root: what another user owns, or others may write to, is not started.
require_own() {
  local found
  found=$(find "${state%/engine}" "$state" -maxdepth 0 \( ! -uid "$(id -u)" -o -perm /022 \) -print -quit &&
    find "$programs" \( ! -uid "$(id -u)" -o ! -type l -perm /022 \) -print -quit)
  [ -z "$found" ] && return
  say "$found belongs to another user, or others may write to it. Nothing was started. Remove $state and start again"
  return 1
}

# Process id of the engine that up.sh started, if it still runs.
engine_pid() {
  local pid
  pid=$(cat "$state/run/dockerd.pid" 2>/dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] && echo "$pid"
}

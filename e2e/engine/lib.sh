# Sourced by the scripts beside it.
# shellcheck shell=bash
state=${XDG_CACHE_HOME:-$HOME/.cache}/throughline/engine
programs=$state/programs
mkdir -p "$state/run" "$state/log"
export PATH=$programs/usr/sbin:$programs/usr/bin:$PATH
export DOCKER_HOST=unix://$state/run/docker.sock
export DOCKER_CONFIG=$state/config

say() { echo "engine: $*" >&2; }

# Process id of the engine that up.sh started, if it still runs.
engine_pid() {
  local pid
  pid=$(cat "$state/run/dockerd.pid" 2>/dev/null) || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] && echo "$pid"
}

#!/usr/bin/env bash
# Waits for the process $1, which had up.sh start the engine. When it ends without ending the engine, as when it is
# killed, this does, and ends the clients that it left behind.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
started=$(engine_pid) || exit 0
while kill -0 "$1" 2>/dev/null; do sleep 1; done
[ "$(engine_pid)" = "$started" ] || exit 0
bash "$(dirname "$0")/down.sh"
for process in /proc/[0-9]*; do
  [[ "$(cat "$process/comm" 2>/dev/null)" = docker* ]] || continue
  grep -qzxF "DOCKER_HOST=$DOCKER_HOST" "$process/environ" 2>/dev/null && kill "${process#/proc/}"
done
exit 0

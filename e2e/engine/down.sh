#!/usr/bin/env bash
# Ends the engine that up.sh started, and leaves the machine's network as it was. Images and build caches stay.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
if pid=$(engine_pid); then
  docker ps -q | xargs -r docker rm -f >/dev/null
  docker network prune -f >/dev/null
  docker volume prune -af >/dev/null
  kill "$pid"
  for _ in $(seq 200); do [ -e "/proc/$pid" ] || break; sleep 0.1; done
  if [ -e "/proc/$pid" ]; then kill -9 "$pid"; fi
fi
for table in filter nat; do
  # Its own chains, and the rules of the built-in ones that lead to them or name its bridges.
  iptables-save -t $table 2>/dev/null | grep -E '^-A [^D]' | grep -E 'DOCKER|docker0|172\.29\.' | sed 's/^-A/-D/' | while read -r rule; do
    # shellcheck disable=SC2086 # a rule is many words
    eval iptables -w -t $table $rule
  done
  chains=$(iptables-save -t $table 2>/dev/null | grep -oE '^:DOCKER[A-Z0-9-]*' | tr -d :)
  for chain in $chains; do iptables -w -t $table -F "$chain"; done
  for chain in $chains; do iptables -w -t $table -X "$chain"; done
done
ip link del docker0 2>/dev/null
for group in /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker; do
  if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; fi
done
exit 0

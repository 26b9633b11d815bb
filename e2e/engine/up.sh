#!/usr/bin/env bash
# Starts a Docker Engine by hand, without systemd, and waits until it answers. Does nothing when it runs already.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
bash "$(dirname "$0")/packages.sh"
require_own
mkdir -p "$DOCKER_CONFIG/cli-plugins"
ln -sf "$programs"/usr/libexec/docker/cli-plugins/* "$DOCKER_CONFIG/cli-plugins/"
if ! engine_pid >/dev/null; then
  policy=$(iptables -S FORWARD | awk '/^-P/ { print $3 }')
  # Unusual default networks: this machine may already use Docker's usual ones.
  setsid dockerd --data-root "$state/data" --exec-root "$state/run/exec" --pidfile "$state/run/dockerd.pid" \
    --host "$DOCKER_HOST" --bip 172.29.255.1/24 --default-address-pool base=172.29.0.0/16,size=24 \
    --userland-proxy-path "$programs/usr/sbin/docker-proxy" --init-path "$programs/usr/bin/tini-static" \
    >"$state/log/dockerd.log" 2>&1 </dev/null &
fi
for _ in $(seq 300); do
  if docker info >/dev/null 2>&1; then
    # The engine sets it to DROP, which would affect other forwarding on this machine.
    [ -n "${policy-}" ] && iptables -w -P FORWARD "$policy"
    echo "export DOCKER_HOST=$DOCKER_HOST DOCKER_CONFIG=$DOCKER_CONFIG PATH=$programs/usr/bin:\$PATH"
    exit 0
  fi
  sleep 0.1
done
say "it did not start; the end of $state/log/dockerd.log:"
tail -20 "$state/log/dockerd.log" >&2
exit 1

#!/usr/bin/env bash
# Runs Envoy with a bootstrap and restarts it when that changes (under Consul the tracer is part of it): sidecar.sh <bootstrap>.
# The container stays, and with it the network namespace that it shares with its app.
set -uo pipefail
bootstrap=$1
options=(
  --config-path "$bootstrap" --log-level warn --concurrency 1
  --disable-hot-restart --drain-time-s 1 --drain-strategy immediate --file-flush-interval-msec 200
)
envoy=
stop() {
  kill "$envoy"
  wait "$envoy"
}
end() {
  [ -z "$envoy" ] || stop
  exit 0
}
trap end TERM INT

until [ -s "$bootstrap" ]; do sleep 0.1; done
while :; do
  running=$(<"$bootstrap")
  envoy "${options[@]}" &
  envoy=$!
  while [ "$(<"$bootstrap")" = "$running" ]; do
    sleep 0.2
    if ! kill -0 "$envoy" 2>/dev/null; then
      # What ends by itself is the engine's to start again.
      wait "$envoy"
      exit
    fi
  done
  stop
done

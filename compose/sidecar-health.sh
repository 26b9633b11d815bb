#!/usr/bin/env bash
# Whether Envoy is live and has a listener: sidecar-health.sh <admin port> <beginning of its name>. Its image has no curl.
set -euo pipefail
ask() {
  exec 3<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
  cat <&3
  exec 3>&-
}
[[ $(ask "$1" /ready) == *LIVE* ]]
[[ $(ask "$1" /listeners) == *$'\n'"$2"* ]]

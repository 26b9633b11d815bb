#!/bin/sh
# Flags go to envoy; root becomes the user envoy.
set -e
case "${1-}" in -*) set -- envoy "$@" ;; esac
if [ "$(id -u)" = 0 ]; then exec setpriv --reuid envoy --regid envoy --init-groups "$@"; fi
exec "$@"

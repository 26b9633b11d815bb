#!/bin/sh
# Anything that is not a command goes to node.
set -e
if ! command -v "${1-}" >/dev/null 2>&1; then set -- node "$@"; fi
exec "$@"

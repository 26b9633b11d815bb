#!/usr/bin/env bash
# Builds one image under the requested name: base-images.sh <stage of images/Dockerfile> <name>
# NODE_DIR, ENVOY_BIN, JAEGER_BIN, CONSUL_BIN, ZIPKIN_DIR: its contents, where the stage needs them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
stage=$1 name=$2
context=$state/images
mkdir -p "$context/authorities"
cp "$(dirname "$0")"/images/* "$context/"

if [ ! -e "$context/debian.tar" ]; then
  say "a small Debian for images"
  mmdebstrap --variant=minbase --quiet --format=tar --include=ca-certificates --aptopt='APT::Sandbox::User "root"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$context/debian.new" /etc/apt/sources.list.d/debian.sources
  mv "$context/debian.new" "$context/debian.tar"
fi
# Builds fetch packages: they must trust the same authorities as this machine.
cp /usr/local/share/ca-certificates/*.crt "$context/authorities/" 2>/dev/null || true

# from_package <Debian package> <file in it> <name>
from_package() {
  [ -e "$context/$3" ] && return
  local work
  work=$(mktemp -d)
  (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$1" && dpkg -x ./*.deb . && cp ".$2" "$context/$3")
  rm -rf "$work"
}
# fresh <file or folder> <name>: copied only when it differs, so that the build cache stays valid
fresh() {
  diff -rq "$1" "$context/$2" >/dev/null 2>&1 && return
  rm -rf "${context:?}/$2"
  cp -a "$1" "$context/$2"
}
case $stage in
node) fresh "$NODE_DIR" node ;;
envoy) fresh "$ENVOY_BIN" envoy ;;
jaeger) from_package busybox-static /bin/busybox busybox && fresh "$JAEGER_BIN" jaeger ;;
consul) from_package busybox-static /bin/busybox busybox && fresh "$CONSUL_BIN" consul ;;
zipkin) from_package busybox-static /bin/busybox busybox && fresh "$ZIPKIN_DIR" zipkin ;;
prometheus) from_package busybox-static /bin/busybox busybox && from_package prometheus /usr/bin/prometheus prometheus ;;
esac
docker build --quiet --target "$stage" --tag "$name" "$context" >/dev/null
say "$name: $(docker image inspect --format '{{.Size}}' "$name" | awk '{ printf "%.0f MB", $1 / 1e6 }')"

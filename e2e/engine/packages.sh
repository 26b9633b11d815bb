#!/usr/bin/env bash
# Puts the programs of a Docker Engine under $state/programs. They are unpacked, not installed: no service is started.
# Engine, client, compose and buildx come from the next Debian release, whose versions are current and whose programs
# need no newer C library; runc does need one, so it comes from this release.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
next=${ENGINE_SUITE:-trixie}
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
[ -e "$programs/.complete" ] && exit 0
say "fetching its packages"
rm -rf "$programs" "$state/apt"
mkdir -p "$programs" "$state"/apt/{lists/partial,cache/archives/partial,debs,sources}
apt-get update -qq
apt-get install -yqq --no-install-recommends iptables mmdebstrap >"$state/log/apt.log" 2>&1 || { cat "$state/log/apt.log" >&2; exit 1; }
sed "s/\b$own/$next/g" /etc/apt/sources.list.d/debian.sources >"$state/apt/sources/next.sources"
as_next=(-qq -o APT::Sandbox::User=root -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$state/apt/sources"
  -o Dir::State::lists="$state/apt/lists" -o Dir::Cache="$state/apt/cache")
apt-get "${as_next[@]}" update
cd "$state/apt/debs"
apt-get "${as_next[@]}" download docker.io docker-cli docker-buildx docker-compose containerd tini
apt-get -qq -o APT::Sandbox::User=root download runc
for package in *.deb; do dpkg -x "$package" "$programs"; done
rm -rf "$state/apt"
touch "$programs/.complete"

#!/bin/sh
# Ends what a lab started and removes what it created once the lab is gone, however it ended.
# Standard input is a pipe that only the lab holds: it closes when the lab closes it, exits, or is killed.
# One command a line:  add THING | drop THING | folder PATH
# A thing is a process group (a number), a process with its descendants (process:NUMBER), a network interface (link:NAME),
# a network namespace (netns:NAME), a chain of the packet filter (filter:NAME), which the raw table's PREROUTING leads to, or
# a control group (cgroup:NAME), in each hierarchy.
# Network tools live here, which a user's PATH may lack.
PATH=$PATH:/usr/sbin:/sbin
things=''
folder=''

without() { # the things but for $1
  kept=''
  for thing in $things; do
    [ "$thing" = "$1" ] || kept="$kept $thing"
  done
  things=$kept
}

of_kind() { # values of the things of kind $1; groups without one
  for thing in $things; do
    case $thing in
      "$1:"*) echo "${thing#*:}" ;;
      *:*) ;;
      *) [ "$1" = group ] && echo "$thing" ;;
    esac
  done
}

# $1 and its descendants. One that leads a group of its own, such as a reaper, is left to whatever detached it.
family() {
  echo "$1"
  echo "$table" | while read -r pid parent group; do
    [ "$parent" = "$1" ] && [ "$pid" != "$group" ] && family "$pid"
  done
}

# Before the first of them ends: the descendants of a process that has ended are no longer known.
find_families() {
  families=''
  [ -n "$(of_kind process)" ] || return
  table=$(ps -A -o pid= -o ppid= -o pgid= 2>/dev/null)
  for root in $(of_kind process); do
    families="$families $(family "$root")"
  done
}

signal_all() {
  for group in $(of_kind group); do
    kill -s "$1" -- "-$group" 2>/dev/null
  done
  for pid in $families; do
    kill -s "$1" "$pid" 2>/dev/null
  done
}

any_left() {
  for group in $(of_kind group); do
    kill -s 0 -- "-$group" 2>/dev/null && return 0
  done
  for pid in $families; do
    kill -s 0 "$pid" 2>/dev/null && return 0
  done
  return 1
}

# Interfaces first: deleting the namespace at their other end would remove them later, not now.
remove_network() {
  for link in $(of_kind link); do
    ip link delete "$link"
  done
  for netns in $(of_kind netns); do
    for pid in $(ip netns pids "$netns"); do
      kill -s KILL "$pid"
    done
    ip netns delete "$netns"
    rm -rf -- "/etc/netns/${netns:?}"
    rmdir /etc/netns
  done
  for chain in $(of_kind filter); do
    iptables -w -t raw -D PREROUTING -j "$chain"
    iptables -w -t raw -F "$chain"
    iptables -w -t raw -X "$chain"
  done
} 2>/dev/null

# A group can be removed once its last process has ended, which may take a moment.
remove_control_groups() {
  for name in $(of_kind cgroup); do
    tries=0
    while [ "$tries" -lt 50 ]; do
      left=''
      for group in /sys/fs/cgroup/"$name" /sys/fs/cgroup/*/"$name"; do
        [ -d "$group" ] || continue
        find "$group" -depth -type d -exec rmdir {} +
        [ -d "$group" ] && left=yes
      done
      [ -z "$left" ] && break
      sleep 0.1
      tries=$((tries + 1))
    done
  done
} 2>/dev/null

# Only the end of the pipe ends the reaper; a signal to the terminal's group must not.
trap '' HUP INT TERM PIPE

while read -r verb value; do
  case $verb in
    add) things="$things $value" ;;
    drop) without "$value" ;;
    folder) folder=$value ;;
  esac
done

find_families
signal_all TERM
tries=0
while any_left && [ "$tries" -lt 20 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
signal_all KILL
remove_network
remove_control_groups
if [ -n "$folder" ]; then
  rm -rf -- "$folder"
fi

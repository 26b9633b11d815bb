#!/bin/sh
# Ends what a lab started once the lab is gone, however it went.
# Standard input is a pipe that only the lab holds: it closes when the lab closes it, exits, or is killed.
# One command a line:  add GROUP | drop GROUP | folder PATH
groups=''
folder=''

without() { # the groups but for $1
  kept=''
  for group in $groups; do
    [ "$group" = "$1" ] || kept="$kept $group"
  done
  groups=$kept
}

signal_all() {
  for group in $groups; do
    kill -s "$1" -- "-$group" 2>/dev/null
  done
}

any_left() {
  for group in $groups; do
    kill -s 0 -- "-$group" 2>/dev/null && return 0
  done
  return 1
}

# Whoever wants the guardian gone closes the pipe; a signal to the terminal's group must not disarm it.
trap '' HUP INT TERM PIPE

while read -r verb value; do
  case $verb in
    add) groups="$groups $value" ;;
    drop) without "$value" ;;
    folder) folder=$value ;;
  esac
done

signal_all TERM
tries=0
while any_left && [ "$tries" -lt 20 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
signal_all KILL
if [ -n "$folder" ]; then
  rm -rf -- "$folder"
fi

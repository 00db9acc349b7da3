#!/bin/sh
set -eu

count="${COUNT:-10}"
pause="${PAUSE_SECONDS:-1}"

case "$count" in
  '' | *[!0-9]* | ???????*)
    echo "COUNT must be a whole number up to 100000, not '$count'" >&2
    exit 2
    ;;
esac
case "$pause" in
  '' | *[!0-9.]* | *.*.* | .)
    echo "PAUSE_SECONDS must be a number like 0.5, not '$pause'" >&2
    exit 2
    ;;
esac
if [ "$count" -lt 1 ] || [ "$count" -gt 100000 ]; then
  echo "COUNT must be a whole number from 1 to 100000, not '$count'" >&2
  exit 2
fi

# PID 1 of a container ignores SIGTERM without a handler.
trap 'echo "Stopped at $n of $count"; exit 143' TERM INT

n=0
while [ "$n" -lt "$count" ]; do
  if [ "$pause" != 0 ]; then
    # In the background, so that the trap runs at once.
    sleep "$pause" &
    wait $!
  fi
  n=$((n + 1))
  echo "$n of $count"
done
echo 'Done.'

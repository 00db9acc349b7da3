#!/bin/sh
set -eu

case "${EXIT_CODE:-}" in
  '' | *[!0-9]* | ????*)
    echo "EXIT_CODE must be a whole number from 0 to 255, not '${EXIT_CODE:-}'" >&2
    exit 64
    ;;
esac
if [ "$EXIT_CODE" -gt 255 ]; then
  echo "EXIT_CODE must be a whole number from 0 to 255, not '$EXIT_CODE'" >&2
  exit 64
fi

echo 'Working on it'
echo "Exiting with code $EXIT_CODE" >&2
exit "$EXIT_CODE"

#!/bin/sh
set -eu

printf 'Hello, %s!\n' "${SAMPLE_ARG_ONE:-World}"
printf 'SAMPLE_ARG_ONE=%s\n' "${SAMPLE_ARG_ONE:-}"
printf 'SAMPLE_ARG_TWO=%s\n' "${SAMPLE_ARG_TWO:-}"

if [ -z "${SAMPLE_SECRET_ONE:-}" ]; then
  echo 'SAMPLE_SECRET_ONE is not set' >&2
  exit 1
fi
# Printed on purpose: the log shows three asterisks instead.
printf 'SAMPLE_SECRET_ONE is set, and looks like this in the log: %s\n' "$SAMPLE_SECRET_ONE"
printf 'This was execution %s of %s, run for %s.\n' "${EXECUTION_ID:-?}" "${JOB_NAME:-?}" "${USER_EMAIL:-?}"

#!/usr/bin/env bash
# shellcheck disable=SC2016  # what is quoted runs in the command
# with-servers hands on status and input, and leaves nothing behind, however it
# ends.
set -euo pipefail
with_servers=$(dirname "$0")/with-servers

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

# The folder of the servers, which names their processes too.
folder_of() { psql "$1" -Atc 'SHOW data_directory' | sed 's,/postgresql/data$,,'; }

gone() {
  local tries=0
  # The bracket keeps the pattern from matching this very command.
  while [ -e "$1" ] || pgrep -f "[d]atadir=$1|[-]D $1" >/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "$1 is still in use"
    sleep 0.1
  done
}

status=0
"$with_servers" sh -c 'exit 7' || status=$?
[ "$status" = 7 ] || fail "status $status instead of 7"

status=0
"$with_servers" /no/such/command 2>/dev/null || status=$?
[ "$status" = 127 ] || fail "status $status instead of 127"

[ "$(echo in | "$with_servers" cat)" = in ] || fail "the command does not get the input"

# Two at once, each with servers of its own.
urls='echo "$BRANT_TEST_POSTGRESQL_URL" "$BRANT_TEST_MYSQL_URL"'
"$with_servers" sh -c "$urls" >"$TEST_TMPDIR/one" &
one=$!
"$with_servers" sh -c "$urls" >"$TEST_TMPDIR/two"
wait "$one"
grep -q '^postgresql://.* mysql://' "$TEST_TMPDIR/one" || fail "no URLs"
! cmp -s "$TEST_TMPDIR/one" "$TEST_TMPDIR/two" || fail "two invocations share a server"

# Ended by a signal while the command runs.
for signal in INT TERM; do
  rm -f "$TEST_TMPDIR/url"
  env --default-signal=INT "$with_servers" \
    sh -c 'echo "$BRANT_TEST_POSTGRESQL_URL" >"$0.new" && mv "$0.new" "$0"; exec sleep 600' \
    "$TEST_TMPDIR/url" &
  pid=$!
  while [ ! -e "$TEST_TMPDIR/url" ]; do sleep 0.1; done
  folder=$(folder_of "$(cat "$TEST_TMPDIR/url")")
  kill "-$signal" "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" -gt 128 ] || fail "status $status after SIG$signal"
  gone "$folder"
done

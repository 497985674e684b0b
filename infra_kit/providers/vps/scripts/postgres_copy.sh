#!/bin/sh
# Takes a copy of a database to its repository: all of it where none was taken in this week, else what changed since
# then. After that it thins out what is older. Runs in the pgBackRest image; PGBACKREST_CONFIG names its configuration.
#
#   EVERY DAILY WEEKLY  as for `tiers.sh`
#   $1                  once: only where there is no copy yet
set -eu

log=$(mktemp) doing="" reported=""

report() { sh /run/infra-kit/report.sh "$@"; }

repository() { # its words go to the log of the container, and its error to the report
  # Aside, so that a signal is heard meanwhile.
  pgbackrest --stanza=main "$@" >"$log" 2>&1 &
  doing=$! code=0
  wait "$doing" || code=$?
  doing=""
  cat "$log"
  return "$code"
}

give_up() {
  why=$(sed -n 's/^.*ERROR: //p' "$log" | head -n 1)
  tell "$1: ${why:-failed with $code}"
}

tell() {
  reported=yes
  report failed "$1"
  exit 1
}

end() { # CODE
  [ -z "$doing" ] || kill "$doing" 2>/dev/null || true
  rm -f "$log"
  [ "$1" = 0 ] || [ -n "$reported" ] || tell "backup: it ended with $1 before it was through"
}

# Each with its own time before it, the newest first: `20260301-030000 20260301-030000F`.
copies() {
  pgbackrest --stanza=main info | sed -n 's/^ *[a-z]* backup: \([^ ]*\).*$/\1/p' |
    sed 's/^\(.*_\)\{0,1\}\([0-9]*-[0-9]*\).*$/\2 &/' | sort -r
}

seconds_of() { # 20260301-030000
  date -u -d "$(echo "$1" | sed 's/^\(....\)\(..\)\(..\)-\(..\)\(..\)\(..\)$/\1-\2-\3 \4:\5:\6/')" +%s
}

week_of() { date -u -d "@$1" +%G-%V; }

kind() {
  newest=$(copies | sed -n 's/ .*F$//p' | head -n 1)
  if [ -n "$newest" ] && [ "$(week_of "$(seconds_of "$newest")")" = "$(week_of "$(date +%s)")" ]; then
    echo diff
  else
    echo full
  fi
}

take() {
  until repository --type="$(kind)" backup; do
    # 50: the server's own backup runs, and one server has one at a time (https://pgbackrest.org, LockAcquireError).
    [ "$code" = 50 ] || give_up backup
    sleep 30 &
    wait $!
  done
}

thin() {
  gone=$(copies | sh /run/infra-kit/tiers.sh)
  for label in $gone; do
    # A whole one goes by the repository's own retention, when nothing needs it any more.
    case $label in *F) continue ;; esac
    repository expire --set="$label" || give_up expire
  done
}

trap 'end "$?"' EXIT
trap 'tell "backup: it was ended before it was through"' TERM INT
report begins
if [ "${1:-}" = once ]; then
  until repository stanza-create; do
    [ "$code" = 50 ] || give_up stanza-create
    sleep 5
  done
  [ -z "$(copies)" ] || exit 0
fi
began=$(date +%s)
take
report well $(($(date +%s) - began))
thin

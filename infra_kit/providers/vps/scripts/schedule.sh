#!/bin/sh
# Runs a program by a schedule, in its container: one run at a time. A time that a run outlasted is left out.
#
#   $1  the schedule, as cron writes it, in UTC, in numbers
#   $2  seconds that a run may take: after that it is stopped
#   $3  how often it is tried again when it fails
#   $4  seconds that it may take to stop
#   $5  seconds before it is tried again
#   the rest: the program; none: the image's own
#
# /tmp/infra-kit-failed is there while the last run was given up: the container's health tells it.
set -eu
set -f

schedule=$1 most=$2 retries=$3 grace=$4 pause=$5
shift 5
running=""

stop() {
  [ -z "$running" ] || { kill -TERM "$running" 2>/dev/null && wait "$running"; } || true
  exit 0
}
trap stop TERM INT

say() { echo "job: $*"; }

fits() ( # FIELD VALUE LOWEST HIGHEST
  IFS=,
  for part in $1; do
    range=${part%/*} step=1
    [ "$range" = "$part" ] || step=${part#*/}
    case $range in
      '*') low=$3 high=$4 ;;
      *-*) low=${range%-*} high=${range#*-} ;;
      *) low=$range high=$range && [ "$range" = "$part" ] || high=$4 ;;
    esac
    [ "$2" -lt "$low" ] || [ "$2" -gt "$high" ] || [ $((($2 - low) % step)) -ne 0 ] || exit 0
  done
  exit 1
)

due() { # MINUTE HOUR DAY MONTH WEEKDAY, by the five fields
  minute=$1 hour=$2 day=$3 month=$4 weekday=$5
  # shellcheck disable=SC2086
  set -- $schedule
  fits "$1" "$minute" 0 59 && fits "$2" "$hour" 0 23 && fits "$3" "$day" 1 31 && fits "$4" "$month" 1 12 || return 1
  # Sunday is 0 and 7.
  fits "$5" "$weekday" 0 7 || { [ "$weekday" = 0 ] && fits "$5" 7 0 7; }
}

once() { # the program, to its end or its time
  began=$(date +%s)
  timeout -k "$grace" "$most" /run/infra-kit-tools/busybox sh /run/infra-kit-tools/start.sh "$@" &
  running=$!
  code=0
  wait "$running" || code=$?
  running="" took=$(($(date +%s) - began))
  [ "$code" -ne 0 ] || { say "ended well after $took s"; return 0; }
  if [ "$took" -ge "$most" ]; then say "was stopped: it took longer than $most s"; else say "failed with $code after $took s"; fi
  return 1
}

run() {
  say "begins"
  tried=0
  until once "$@"; do
    [ "$tried" -lt "$retries" ] || { say "was given up after $((tried + 1)) tries"; : >/tmp/infra-kit-failed; return 0; }
    tried=$((tried + 1))
    sleep "$pause" &
    wait $!
    say "is tried again, $tried of $retries"
  done
  rm -f /tmp/infra-kit-failed
}

say "waits for its time: $schedule (UTC)"
while :; do
  sleep $((60 - $(date +%s) % 60)) &
  wait $!
  # shellcheck disable=SC2046
  if due $(date -u '+%M %H %d %m %w' | sed 's/\b0\([0-9]\)/\1/g'); then run "$@"; fi
done

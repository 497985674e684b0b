#!/bin/sh
# Restores the newest copy of a component into a folder, has it looked at, notes what was proven, and removes it. What
# looks is `prove.sh`: here, or where it needs the server's own program in the container beside this one (`proof.sh`).
#
#   RTO  how many seconds restoring may take
#   $1   the folder, in a volume of the two containers
set -eu

log=$(mktemp)

report() { sh /run/infra-kit/report.sh "$@"; }

clear() { rm -rf "${1:?}"/*; }

give_up() {
  report failed "$1"
  echo "the drill failed: $1"
  exit 1
}

trap 'rm -f "$log"; clear "$1"' EXIT
trap 'exit 1' TERM INT
clear "$1"
report begins

began=$(date +%s)
if ! sh /run/infra-kit/restore.sh "$1" >"$log" 2>&1; then
  # With a wrong key pgBackRest prints what it takes for text.
  said=$(LC_ALL=C tr -cd '\012\040-\176' <"$log")
  echo "$said"
  why=$(echo "$said" | sed -n -e 's/^.*\(WARN\|ERROR\): /restore: /p' -e 's/^fault: //p')
  give_up "${why:-restore: it failed}"
fi
if [ -e /run/infra-kit/prove.sh ]; then
  # shellcheck source=/dev/null
  . /run/infra-kit/prove.sh
  prove "$1" >"$1/told"
else
  : >"$1/asked"
  until [ -e "$1/told" ]; do sleep 1; done
fi

up=$(head -n 1 "$1/told")
failed=$(tail -n +2 "$1/told" | head -n 20)
took=$((up - began))
[ "$took" -le "$RTO" ] || failed="${failed:+$failed
}rto: restoring took $took s, at most $RTO s are asked"
[ -z "$failed" ] || give_up "$failed"
report well "$took"
echo "restored, and proven, in $took s"

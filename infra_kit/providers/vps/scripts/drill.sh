#!/bin/sh
# Restores the newest copy of a component into a folder, has it looked at, notes what was proven, and removes it. What
# looks is `prove.sh`: here, or where it needs the server's own program in the container beside this one (`proof.sh`).
#
#   RTO    how many seconds restoring may take
#   LOOKS  how many seconds the container beside may look at it
#   $1     the folder, in a volume of the two containers
set -eu

folder=$1 log=$(mktemp) work="" reported=""

report() { sh /run/infra-kit/report.sh "$@"; }

clear() { rm -rf "${folder:?}"/*; }

give_up() {
  reported=yes
  report failed "$1"
  echo "the drill failed: $1"
  exit 1
}

end() { # CODE
  [ -z "$work" ] || kill "$work" 2>/dev/null || true
  rm -f "$log"
  clear
  [ "$1" = 0 ] || [ -n "$reported" ] || give_up "stopped: it ended with $1 before it was through"
}

aside() { # so that a signal is heard meanwhile; sets `code`
  "$@" &
  work=$! code=0
  wait "$work" || code=$?
  work=""
}

refuse() { # by the words of what failed, or these
  # With a wrong key pgBackRest prints what it takes for text.
  said=$(LC_ALL=C tr -cd '\012\040-\176' <"$log")
  echo "$said"
  why=$(echo "$said" | sed -n -e 's/^.*\(WARN\|ERROR\): /restore: /p' -e 's/^fault: //p')
  give_up "${why:-$1}"
}

restore() { exec sh /run/infra-kit/restore.sh "$folder" >"$log" 2>&1; }

prove_here() {
  # shellcheck source=/dev/null
  . /run/infra-kit/prove.sh
  prove "$folder" >"$folder/told" 2>"$log"
  echo end >>"$folder/told"
}

prove_beside() {
  : >"$folder/asked"
  until=$(($(date +%s) + LOOKS))
  until [ -e "$folder/told" ]; do
    [ "$(date +%s)" -lt "$until" ] || give_up "start: in $LOOKS s nothing was told by what looks at it"
    sleep 1
  done
}

faults() { # what was told, and what was not
  sed -e 1d -e '${/^end$/d;}' "$folder/told" | head -n 20
  [ "$(tail -n 1 "$folder/told")" = end ] || echo "start: what looks at it ended before it was through"
  [ "$took" -le "$RTO" ] || echo "rto: restoring took $took s, at most $RTO s are asked"
}

# One at a time: by schedule, and by hand.
exec 9>/tmp/drilling
flock 9

trap 'end "$?"' EXIT
trap 'give_up "stopped: it was ended before it was through"' TERM INT
clear
report begins

began=$(date +%s)
aside restore
[ "$code" = 0 ] || refuse "restore: it failed"
if [ -e /run/infra-kit/prove.sh ]; then
  aside prove_here
  [ "$code" = 0 ] || refuse "start: what looks at it ended with $code"
else
  prove_beside
fi

up=$(head -n 1 "$folder/told")
case $up in '' | *[!0-9]*) give_up "start: what looks at it did not tell when it was up" ;; esac
took=$((up - began))
failed=$(faults)
[ -z "$failed" ] || give_up "$failed"
report well "$took"
echo "restored, and proven, in $took s"

#!/bin/sh
# Restores the newest copy of a database into a folder, has it started and looked at by `postgres_proof.sh` in the
# container beside it, notes what was proven, and removes it. Runs in the pgBackRest image; PGBACKREST_CONFIG names its
# configuration.
#
#   RTO  how many seconds restoring may take
#   $1   the folder, in a volume of the two containers
set -eu

log=$(mktemp)

report() { sh /run/infra-kit/report.sh "$@"; }

clear() {
  rm -rf "$1/pgdata" "$1/restore" "$1/asked" "$1/told" "$1/told.part"
}

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
  # With a wrong key it prints what it takes for text.
  LC_ALL=C tr -cd '\012\040-\176' <"$log"
  give_up "restore: $(LC_ALL=C tr -cd '\012\040-\176' <"$log" | sed -n -e 's/^.*WARN: //p' -e 's/^.*ERROR: //p')"
fi
: >"$1/asked"
until [ -e "$1/told" ]; do sleep 1; done

up=$(head -n 1 "$1/told")
failed=$(tail -n +2 "$1/told")
took=$((up - began))
[ "$took" -le "$RTO" ] || failed="${failed:+$failed
}rto: restoring took $took s, at most $RTO s are asked"
[ -z "$failed" ] || give_up "$failed"
report well "$took"
echo "restored, and proven, in $took s"

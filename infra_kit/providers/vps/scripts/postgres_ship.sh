#!/bin/sh
# Has the copies of a Backup reach until now, before a Postgres is restored from them: ends the segment of the log that
# is written, and waits until who takes segments away has taken it. Fails where that does not come about. Runs on the
# host.
#
#   SERVER   the container of the server
#   FOLDER   where it puts segments for the Backup
#   AT_MOST  seconds to wait
set -eu

ask() { docker exec "$SERVER" psql --no-psqlrc --username postgres -Atc "$1"; }

is_shipped() {
  archived="SELECT left(last_archived_wal, 24) COLLATE \"C\" >= '$segment' FROM pg_stat_archiver"
  [ "$(ask "$archived")" = t ] && docker exec "$SERVER" test ! -e "$FOLDER/$segment"
}

# By a commit, any moment before it is found when the log is replayed.
ask 'SELECT txid_current()' >/dev/null
segment=$(ask 'SELECT pg_walfile_name(pg_current_wal_lsn())')
ask 'SELECT pg_switch_wal()' >/dev/null
until=$(($(date +%s) + AT_MOST))
until is_shipped; do
  if [ "$(date +%s)" -ge "$until" ]; then
    echo "in $AT_MOST s the segment $segment of its log did not come to the copies" >&2
    exit 1
  fi
  sleep 1
done

#!/bin/sh
# Starts a PostgreSQL that follows another. Where its own data folder (PGDATA) is empty, it copies the primary's first,
# and so it does where the primary has thrown away log that it still needed. A copy that was promoted follows nobody
# any more, and is never deleted. What is cut off, copying or deleting, stands in PGDATA.new, and is begun anew.
#
# $1: the replication slot; $2: the primary's host; /run/infra-kit/pgpass: the password file, which must be no one
# else's; /run/infra-kit/postgresql.conf names its copy.
set -eu

install -m 600 /run/infra-kit/pgpass /tmp/pgpass
source="host=$2 user=replicator passfile=/tmp/pgpass"
slots="FROM pg_replication_slots WHERE slot_name = '$1'"

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --dbname "$source dbname=postgres" --command "$1"; }

if [ -e "$PGDATA/standby.signal" ] && [ "$(ask "SELECT wal_status $slots")" = lost ]; then
  rm -rf "$PGDATA.new"
  mv "$PGDATA" "$PGDATA.new"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # The slot begins with the copy: an earlier one may have lost its log, and is then good for nothing.
  until rm -rf "$PGDATA.new" && mkdir -m 700 "$PGDATA.new" &&
    ask "SELECT pg_drop_replication_slot(slot_name) $slots AND NOT active" &&
    pg_basebackup --dbname "$source" --pgdata "$PGDATA.new" --wal-method stream --create-slot --slot "$1" --checkpoint fast; do
    sleep 5
  done
  touch "$PGDATA.new/standby.signal"
  rm -rf "$PGDATA"
  mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -c config_file=/run/infra-kit/postgresql.conf

#!/bin/sh
# Starts a PostgreSQL that follows another. Where its own data folder (PGDATA) is empty, it copies the primary's first,
# and so it does where the primary has thrown away log that it still needed.
#
# $1: the replication slot; $2: the primary's host; /run/infra-kit/pgpass: the password file, which must be no one
# else's; /run/infra-kit/postgresql.conf names its copy.
set -eu

install -m 600 /run/infra-kit/pgpass /tmp/pgpass
source="host=$2 user=replicator passfile=/tmp/pgpass"
slots="FROM pg_replication_slots WHERE slot_name = '$1'"

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --dbname "$source dbname=postgres" --command "$1"; }

[ "$(ask "SELECT wal_status $slots")" != lost ] || rm -rf "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA"
  mkdir -m 700 "$PGDATA"
  # The slot begins with the copy: an earlier one may have lost its log, and is then good for nothing.
  until ask "SELECT pg_drop_replication_slot(slot_name) $slots AND NOT active" &&
    pg_basebackup --dbname "$source" --pgdata "$PGDATA" --wal-method stream --create-slot --slot "$1" --checkpoint fast; do
    sleep 5
  done
  touch "$PGDATA/standby.signal"
fi
exec postgres -c config_file=/run/infra-kit/postgresql.conf

#!/bin/sh
# Starts a PostgreSQL that follows another. Where its own data folder (PGDATA) is empty, it copies the primary's first.
#
# $1: the replication slot; $2: the primary's host; /run/infra-kit/pgpass: the password file, which must be no one
# else's; /run/infra-kit/postgresql.conf names its copy.
set -eu

install -m 600 /run/infra-kit/pgpass /tmp/pgpass
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA"
  mkdir -m 700 "$PGDATA"
  source="host=$2 user=replicator passfile=/tmp/pgpass"
  until pg_basebackup --dbname "$source" --pgdata "$PGDATA" --wal-method stream --slot "$1" --checkpoint fast; do
    sleep 5
  done
  touch "$PGDATA/standby.signal"
fi
exec postgres -c config_file=/run/infra-kit/postgresql.conf

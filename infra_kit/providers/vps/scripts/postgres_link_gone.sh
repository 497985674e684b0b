#!/bin/sh
# Takes a link's role away from a PostgreSQL server: its sessions end, and what it made, if anything, is the owner's.
# Runs in the server's container.
#
#   ROLE   the role
#   OWNER  the owner
set -eu

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --username postgres "$@"; }

[ -n "$(ask --dbname postgres --command "SELECT 1 FROM pg_roles WHERE rolname = '$ROLE'")" ] || exit 0
ask --dbname postgres --output /dev/null --command "ALTER ROLE \"$ROLE\" NOLOGIN" \
  --command "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '$ROLE'"
for database in $(ask --dbname postgres --command "SELECT datname FROM pg_database WHERE datallowconn"); do
  ask --dbname "$database" --command "REASSIGN OWNED BY \"$ROLE\" TO $OWNER" --command "DROP OWNED BY \"$ROLE\""
done
ask --dbname postgres --command "DROP ROLE \"$ROLE\""

#!/bin/sh
# Takes a replica's slot away from a PostgreSQL server, which keeps its log for it no more. Runs in the server's
# container, when the replica's own is gone.
#
#   SLOT  its name
set -eu

slots="FROM pg_replication_slots WHERE slot_name = '$SLOT'"
# The server may not have noticed yet that the replica is gone.
psql --no-psqlrc --quiet --output /dev/null --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --command "SELECT pg_terminate_backend(active_pid, 60000) $slots AND active" \
  --command "SELECT pg_drop_replication_slot(slot_name) $slots"

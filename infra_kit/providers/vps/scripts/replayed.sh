#!/bin/sh
# What beside.sh and postgres_over.sh have in common, and stands before each: of a Postgres that was restored, what came
# back. MOMENT is theirs.
set -eu

fact() { docker inspect --format "$2" "$1"; }

ask() { # CONTAINER SQL
  docker exec "$1" psql --no-psqlrc --username postgres -Atc "$2" 2>/dev/null
}

lacks() { # CONTAINER FOLDER: what the log has and did not come back
  newest=$(docker exec "$1" sed -n '/^[0-9A-F]\{24\}$/p' "$2/listed" | tail -n 1 | cut -c 9-)
  reached=$(ask "$1" 'SELECT right(pg_walfile_name(pg_last_wal_replay_lsn()), 16)')
  [ "$(printf '%s\n' "$newest" "$reached" | sort | tail -n 1)" = "$reached" ] ||
    echo "lacks: the log goes to $newest, and came back to $reached: something between them cannot be had"
}

until_replayed() { # CONTAINER FOLDER: where it was noted what of the log there is
  until [ "$(ask "$1" 'SELECT pg_is_in_recovery()')" = f ]; do
    if [ "$(fact "$1" '{{.State.Running}}')" != true ]; then
      docker logs --tail 8 "$1" >&2
      return 1
    fi
    sleep 1
  done
  [ -n "$MOMENT" ] || lacks "$1" "$2"
  ask "$1" "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00')"
}

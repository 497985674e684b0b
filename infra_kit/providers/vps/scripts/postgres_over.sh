#!/bin/sh
# Restores a Postgres from the copies of a Backup into the server's own volume, where what it held is kept aside. Where
# what was restored does not come up, that is put back. Runs on the host, and prints the time of the last change that
# came back; where the newest was asked for and the log's end cannot be had, also a line `lacks: …`.
#
#   COPIES  the container that takes the copies
#   SERVER  that of the server
#   ASIDE   the folder for what the server held
#   FOLDER  where the server has its volume
#   MOMENT  UTC, e.g. '2026-03-01 12:00:00'; empty: the newest there is
set -eu

fact() { docker inspect --format "$2" "$1"; }

user=$(fact "$SERVER" '{{.Config.User}}')
data=$(fact "$SERVER" "{{range .Mounts}}{{if eq .Destination \"$FOLDER\"}}{{.Name}}{{end}}{{end}}")

safely() { # as all containers here run; OPTIONS… IMAGE ARGUMENTS…
  docker run --rm --init --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges:true --user "$user" \
    --volume "$data:$FOLDER" "$@"
}

fetch() { # by a container like the one that takes copies, with its files and its way out
  fact "$COPIES" '{{range .Config.Env}}{{println .}}{{end}}' >"$hold/env"
  safely --network "container:$COPIES" --env-file "$hold/env" --volumes-from "$COPIES:ro" --entrypoint sh \
    "$(fact "$COPIES" '{{.Image}}')" /run/infra-kit/restore.sh "$FOLDER/restored" "${MOMENT:+$MOMENT+00}" >&2
}

in_volume() { # SCRIPT
  safely --network none --entrypoint sh "$(fact "$SERVER" '{{.Image}}')" -ec "$1"
}

exchange() { # both or neither
  in_volume "mv -T $FOLDER/pgdata $FOLDER/$ASIDE
    mv -T $FOLDER/restored/pgdata $FOLDER/pgdata || { mv -T $FOLDER/$ASIDE $FOLDER/pgdata; exit 1; }"
}

ask() { docker exec "$SERVER" psql --no-psqlrc --username postgres -Atc "$1" 2>/dev/null; }

lacks() { # what the log has and did not come back
  newest=$(docker exec "$SERVER" sed -n '/^[0-9A-F]\{24\}$/p' "$FOLDER/restored/restore/listed" | tail -n 1 | cut -c 9-)
  reached=$(ask 'SELECT right(pg_walfile_name(pg_last_wal_replay_lsn()), 16)')
  [ "$(printf '%s\n' "$newest" "$reached" | sort | tail -n 1)" = "$reached" ] ||
    echo "lacks: the log goes to $newest, and came back to $reached: something between them cannot be had"
}

until_replayed() {
  until [ "$(ask 'SELECT pg_is_in_recovery()')" = f ]; do
    if [ "$(fact "$SERVER" '{{.State.Running}}')" != true ]; then
      docker logs --tail 8 "$SERVER" >&2
      return 1
    fi
    sleep 1
  done
  [ -n "$MOMENT" ] || lacks
  ask "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00')"
}

hold=$(mktemp -d)
trap 'rm -rf "$hold"; in_volume "rm -rf $FOLDER/restored"' EXIT
in_volume "rm -rf $FOLDER/restored; mkdir $FOLDER/restored"
fetch
docker stop "$SERVER" >/dev/null
if ! exchange; then
  docker start "$SERVER" >/dev/null
  echo "what was restored could not be put in place; what was there before runs again" >&2
  exit 1
fi
docker start "$SERVER" >/dev/null
if ! until_replayed; then
  docker stop "$SERVER" >/dev/null
  in_volume "mv -T $FOLDER/pgdata $FOLDER/restored/pgdata; mv -T $FOLDER/$ASIDE $FOLDER/pgdata"
  docker start "$SERVER" >/dev/null
  echo "what was restored did not come up; what was there before runs again" >&2
  exit 1
fi

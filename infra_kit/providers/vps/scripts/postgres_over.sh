#!/bin/sh
# Restores a Postgres from the copies of a Backup into the server's own volume, where what it held is kept aside. Where
# what was restored does not come up, that is put back. Runs on the host, and prints the time of the last change that
# came back; where the newest was asked for and the log's end cannot be had, also a line `lacks: …`. replayed.sh stands
# before it.
#
#   COPIES  the container that takes the copies
#   SERVER  that of the server
#   ASIDE   the folder for what the server held
#   FOLDER  where the server has its volume
#   MOMENT  UTC, e.g. '2026-03-01 12:00:00'; empty: the newest there is
set -eu

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
if ! until_replayed "$SERVER" "$FOLDER/restored/restore"; then
  docker stop "$SERVER" >/dev/null
  in_volume "mv -T $FOLDER/pgdata $FOLDER/restored/pgdata; mv -T $FOLDER/$ASIDE $FOLDER/pgdata"
  docker start "$SERVER" >/dev/null
  echo "what was restored did not come up; what was there before runs again" >&2
  exit 1
fi

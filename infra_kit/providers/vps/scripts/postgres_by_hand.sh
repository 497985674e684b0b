#!/bin/sh
# Restores a Postgres from the copies of a Backup: beside the server that runs, or over it. Runs on the host, and prints
# the time of the last change that came back.
#
#   $1  beside: into a new container and volume
#       over: into the server's own volume; what was there is kept aside
#   $2  the container that takes the copies
#   $3  that of the server
#   $4  beside: the name of the new container and volume; over: of the folder for what was there
#   $5  the moment, e.g. '2026-03-01 12:00:00+00', or nothing for the newest there is
set -eu

how=$1 copier=$2 server=$3 name=$4 moment=$5

told() { docker inspect --format "$@"; }

user=$(told '{{.Config.User}}' "$server")
place=$(told '{{range .Config.Env}}{{println .}}{{end}}' "$server" | sed -n 's#^PGDATA=\(.*\)/pgdata$#\1#p')
own=$(told "{{range .Mounts}}{{if eq .Destination \"$place\"}}{{.Name}}{{end}}{{end}}" "$server")
hardened="--read-only --cap-drop ALL --security-opt no-new-privileges --user $user"

held() { # the containers that hold another one's files, as --volumes-from takes them
  told '{{range .HostConfig.VolumesFrom}}--volumes-from {{.}} {{end}}' "$1"
}

# In a container like the one that takes copies: its image, its files, its way out, and where copies are, if on the host.
fetch() { # VOLUME FOLDER: into a folder of a volume, where it is at the path that the server has it at
  # shellcheck disable=SC2046,SC2086
  docker run --rm --network "container:$copier" $hardened --tmpfs /tmp $(held "$copier") \
    $(told '{{range .Mounts}}{{if eq .Destination "/repository"}}--volume {{.Name}}:/repository:ro{{end}}{{end}}' "$copier") \
    --volume "$1:$place" --env PGBACKREST_CONFIG=/run/infra-kit/pgbackrest.conf --entrypoint sh \
    "$(told '{{.Image}}' "$copier")" /run/infra-kit/restore.sh "$2" "$moment" >&2
}

in_volume() { # SCRIPT: as the server's user, in its volume
  # shellcheck disable=SC2086
  docker run --rm --network none $hardened --volume "$own:$place" --entrypoint sh "$(told '{{.Image}}' "$server")" -ec "$1"
}

ask() { docker exec "$1" psql --no-psqlrc --username postgres -Atc "$2" 2>/dev/null; }

until_up() { # CONTAINER: until the log is replayed, and it takes writes
  until [ "$(ask "$1" 'SELECT pg_is_in_recovery()')" = f ]; do
    if [ "$(told '{{.State.Running}}' "$1")" != true ]; then
      docker logs --tail 8 "$1" >&2
      return 1
    fi
    sleep 1
  done
  ask "$1" "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00')"
}

beside() {
  docker volume create --label managed-by=infra-kit-restore "$name" >/dev/null
  trap 'docker rm --force "$name" >/dev/null 2>&1 || true; docker volume rm "$name" >/dev/null' EXIT
  docker run --rm --network none --read-only --cap-drop ALL --cap-add CHOWN --user 0 --entrypoint chown \
    --volume "$name:$place" "$(told '{{.Image}}' "$server")" "$user" "$place"
  fetch "$name" "$place"
  # shellcheck disable=SC2046,SC2086
  docker run --detach --name "$name" --hostname "$name" --network none --init $hardened $(held "$server") \
    $(told '--memory {{.HostConfig.Memory}} --memory-swap {{.HostConfig.MemorySwap}} --shm-size {{.HostConfig.ShmSize}}' "$server") \
    --stop-signal SIGINT --tmpfs "/tmp:uid=${user%:*},gid=${user#*:}" \
    --tmpfs "/var/run/postgresql:uid=${user%:*},gid=${user#*:}" --volume "$name:$place" --env "PGDATA=$place/pgdata" \
    "$(told '{{.Image}}' "$server")" postgres -c config_file=/run/infra-kit/postgresql.conf -c archive_mode=off >/dev/null
  # Its log goes to no archive: that is the server's own.
  until_up "$name"
  docker exec "$name" rm -rf "$place/restore"
  trap - EXIT
}

over() {
  in_volume "rm -rf $place/restored; mkdir $place/restored"
  trap 'in_volume "rm -rf $place/restored"' EXIT
  fetch "$own" "$place/restored"
  docker stop "$server" >/dev/null
  in_volume "mv -T $place/pgdata $place/$name; mv -T $place/restored/pgdata $place/pgdata"
  docker start "$server" >/dev/null
  if ! until_up "$server"; then
    docker stop "$server" >/dev/null
    in_volume "mv -T $place/pgdata $place/restored/pgdata; mv -T $place/$name $place/pgdata"
    docker start "$server" >/dev/null
    echo "what was restored did not come up; what was there before runs again" >&2
    exit 1
  fi
}

"$how"

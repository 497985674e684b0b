#!/bin/sh
# Restores what a Backup copied of a component, as it was at a moment, into a server of its own beside the one that runs,
# which is not touched: the same image, configuration, users and passwords, another name, a volume of its own. It is
# reached by its name in all networks of the other, and published nowhere. Runs on the host.
#
#   KIND    of the component: postgres, redis, event_bus or object_store
#   COPIES  the host name of the container that copies it: `<backup>-<component>-copy`, `<backup>-<db>-backup`
#   SERVER  that of its server: `<component>-server`
#   FOLDER  where the server has its volume: /data, /var/lib/postgresql/data (from 18 on /var/lib/postgresql)
#   BUCKET  of an object_store, its bucket
#   INTO    what the new server and its volume are called: neither may be there
#   MOMENT  UTC, e.g. '2026-03-01 12:00:00'; empty: the newest there is
#   LATEST  `latest`: of the log that was written at the moment, its end
#
# Of a Postgres it returns when the log is replayed, and prints the time of the last change that came back; where the
# log's end was asked for and it cannot be had, also a line `lacks: …`. Of the others it prints the copy's time.
#
# replayed.sh stands before it. It is gone with `beside_gone.sh`, or docker rm --force INTO && docker volume rm INTO
set -eu

by_name() { # HOST NAME
  for id in $(docker ps --quiet --filter label=managed-by=infra-kit); do
    if [ "$(fact "$id" '{{.Config.Hostname}}')" = "$1" ]; then echo "$id" && return 0; fi
  done
  echo "no container $1 runs on this host" >&2
  return 1
}

networks_of() { fact "$1" '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}' | sed '/^$/d'; }

safely() { # as all containers here run; OPTIONS… IMAGE ARGUMENTS…
  docker run --rm --init --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges:true --memory 512m \
    --pids-limit 128 "$@"
}

restore_database() { # in a container as that which copies, with the new volume in place of the server's
  out=none
  for network in $(networks_of "$copies"); do
    [ "$(docker network inspect --format '{{.Internal}}' "$network")" = true ] || out=$network
  done
  fact "$copies" '{{range .Config.Env}}{{println .}}{{end}}' >"$hold/env"
  safely --network "$out" --user "$user" --env-file "$hold/env" --volumes-from "$copies:ro" \
    --volume "$INTO:$FOLDER" --entrypoint sh "$(fact "$copies" '{{.Image}}')" \
    /run/infra-kit/restore.sh "$FOLDER" "${MOMENT:+$MOMENT+00}" "${LATEST:-}" >&2
}

restore_files() { # in the container that copies, into the folder `there` of its own volume
  docker exec "$copies" rm -rf "$there"
  docker exec "$copies" mkdir "$there"
  docker exec "$copies" sh /run/infra-kit/restore.sh "$there" "$MOMENT"
}

fill_cache() {
  safely --network none --user "$user" --volumes-from "$copies:ro" --volume "$INTO:$FOLDER" --entrypoint cp "$image" \
    "$there/dump.rdb" "$FOLDER/dump.rdb"
}

fill_bus() { # by a server that asks for no password, and that nobody reaches
  filling=$(docker run --detach --network none --user "$user" --read-only --cap-drop ALL --memory 512m \
    --security-opt no-new-privileges:true --volume "$INTO:$FOLDER" --entrypoint nats-server "$image" \
    --addr 127.0.0.1 --jetstream --store_dir "$FOLDER")
  # shellcheck disable=SC2016
  script='until nats account info >/dev/null 2>&1; do sleep 1; done
    for stream in "$0"/streams/*/; do nats stream restore "${stream%/}" --no-progress; done'
  safely --network "container:$filling" --env HOME=/tmp --env XDG_CONFIG_HOME=/tmp --env NATS_URL=nats://127.0.0.1:4222 \
    --user "$(fact "$copies" '{{.Config.User}}')" --volumes-from "$copies:ro" --entrypoint sh \
    "$(fact "$copies" '{{.Image}}')" -ec "$script" "$there"
  docker stop "$filling" >/dev/null
  docker rm "$filling" >/dev/null
}

carry() { # what the server was told beside what it keeps: the users of links, the certificate of a store's parts
  # shellcheck disable=SC2016
  script='for it in links tls; do [ ! -e "$0/$it" ] || cp -R "$0/$it" "/into/$it"; done'
  safely --network none --user "$user" --volumes-from "$server:ro" --volume "$INTO:/into" --entrypoint sh "$image" \
    -ec "$script" "$FOLDER"
}

fill_store() { # as its administrator, whose keys the two have in common
  keys=$(docker exec "$server" sed -n 's/^user = "\(.*\)"$/\1/p' /run/infra-kit/admin.curl)
  for line in TYPE=s3 PROVIDER=Other "ENDPOINT=http://$INTO:8333" FORCE_PATH_STYLE=true \
    "ACCESS_KEY_ID=${keys%%:*}" "SECRET_ACCESS_KEY=${keys#*:}"; do
    echo "RCLONE_CONFIG_THERE_$line"
  done >"$hold/keys"
  # The gateway answers before what keeps objects does.
  # shellcheck disable=SC2016
  script='. /run/infra-kit/repository.sh; trap "rm -rf $hold" EXIT
    rclone mkdir "$0"; echo | rclone rcat "$0/.infra-kit"; rclone deletefile "$0/.infra-kit"'
  tries=60
  until docker exec --env-file "$hold/keys" "$copies" sh -ec "$script" "there:$BUCKET" >"$hold/words" 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { cat "$hold/words" >&2; exit 1; }
    sleep 1
  done
  # All but a few objects are better than none.
  docker exec --env-file "$hold/keys" "$copies" sh /run/infra-kit/put_back.sh "$there" "there:$BUCKET" >&2 || {
    [ "$?" = 4 ] || exit 1
    lost=", but for what is told above"
  }
}

create() { # the new server, as the other is
  set -- --name "$INTO" --hostname "$INTO" --label "infra-kit-restored=$SERVER" --user "$user" --read-only --init --cap-drop ALL \
    --security-opt no-new-privileges:true --memory "$(fact "$server" '{{.HostConfig.Memory}}')" --pids-limit 256 \
    --shm-size "$(fact "$server" '{{.HostConfig.ShmSize}}')" --volume "$INTO:$FOLDER" --network none
  fact "$server" '{{range .Config.Env}}{{println .}}{{end}}' >"$hold/env"
  while read -r path volume writes; do
    case "$path $writes" in
      "$FOLDER "* | ' ') ;;
      *true) set -- "$@" --tmpfs "$path:uid=${user%:*},gid=${user#*:}" ;;
      *) set -- "$@" --volume "$volume:$path:ro" ;;
    esac
  done <<MOUNTS
$(fact "$server" '{{range .Mounts}}{{.Destination}} {{.Name}} {{.RW}}{{println}}{{end}}')
MOUNTS
  for tmpfs in $(fact "$server" '{{range $path, $options := .HostConfig.Tmpfs}}{{$path}}:{{$options}} {{end}}'); do
    set -- "$@" --tmpfs "$tmpfs"
  done
  fact "$server" '{{range .Config.Entrypoint}}{{println .}}{{end}}{{range .Config.Cmd}}{{println .}}{{end}}' |
    sed '/^$/d' >"$hold/program"
  set -- "$@" --env-file "$hold/env" --entrypoint "$(head -n 1 "$hold/program")" "$image"
  while IFS= read -r word; do set -- "$@" "$word"; done <<WORDS
$(tail -n +2 "$hold/program")
WORDS
  # Its log goes to no archive: nobody takes it from there.
  [ "$KIND" != postgres ] || set -- "$@" -c archive_mode=off
  docker create "$@" >/dev/null
  docker network disconnect none "$INTO"
  for network in $(networks_of "$server"); do docker network connect --alias "$INTO" "$network" "$INTO"; done
}

end() { # CODE: what did not come about leaves nothing
  rm -rf "$hold"
  [ "$KIND" = postgres ] || docker exec "$copies" rm -rf "$there" || true
  [ "$1" != 0 ] || return 0
  docker rm --force "$INTO" ${filling:+"$filling"} >/dev/null 2>&1 || true
  docker volume rm "$INTO" >/dev/null 2>&1 || true
}

copies=$(by_name "$COPIES") server=$(by_name "$SERVER")
if docker container inspect "$INTO" >/dev/null 2>&1 || docker volume inspect "$INTO" >/dev/null 2>&1; then
  echo "$INTO is there already, as a container or a volume: choose another name with --into, or, where a restore made" \
    "it, remove it first: infra-kit restore --remove $INTO" >&2
  exit 1
fi
image=$(fact "$server" '{{.Image}}') user=$(fact "$server" '{{.Config.User}}') there=/scratch/$INTO filling="" lost=""
hold=$(mktemp -d)
trap 'end "$?"' EXIT
docker volume create --label "infra-kit-restored=$SERVER" "$INTO" >/dev/null
docker run --rm --network none --read-only --cap-drop ALL --cap-add CHOWN --user 0 --volume "$INTO:$FOLDER" \
  --entrypoint chown "$image" "$user" "$FOLDER"
if [ "$KIND" = postgres ]; then
  restore_database
else
  restore_files
  carry
fi
case $KIND in
  redis) fill_cache ;;
  event_bus) fill_bus ;;
esac
create
docker start "$INTO" >/dev/null
case $KIND in
  object_store) fill_store ;;
  postgres)
    until_replayed "$INTO" "$FOLDER/restore"
    docker exec "$INTO" rm -rf "$FOLDER/restore"
    ;;
esac
echo "$INTO has what $SERVER had${MOMENT:+ at $MOMENT (UTC)}$lost"

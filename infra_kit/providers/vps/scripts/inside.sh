#!/bin/sh
# Runs a script in a container that is found by its own host name: its id is another one whenever it is made anew. Where
# there is none any more, there is nothing to do. What a stopped one keeps in files is reached by a container of the
# moment on its volumes. Runs on the host.
#
#   CONTAINER  the host name
#   SCRIPT     what runs in it
#   STOPPED    what runs on its volumes instead, where it is stopped; empty: it must run
set -eu

fact() { docker inspect --format "$2" "$1"; }

listed=$(docker ps --all --quiet --filter label=managed-by=infra-kit)
for id in $listed; do
  [ "$(fact "$id" '{{.Config.Hostname}}')" = "$CONTAINER" ] || continue
  if [ -z "$STOPPED" ] || [ "$(fact "$id" '{{.State.Running}}')" = true ]; then
    docker exec "$id" sh -c "$SCRIPT"
  else
    docker run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges:true --memory 64m \
      --pids-limit 32 --user "$(fact "$id" '{{.Config.User}}')" --volumes-from "$id" --entrypoint sh \
      "$(fact "$id" '{{.Image}}')" -c "$STOPPED"
  fi
done

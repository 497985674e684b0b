#!/bin/sh
# Runs a script in a container that is found by its own host name: its id is another one whenever it is made anew. Where
# there is none any more, there is nothing to do. Runs on the host.
#
#   CONTAINER  the host name
#   SCRIPT     what runs in it
set -eu

listed=$(docker ps --all --quiet --filter label=managed-by=infra-kit)
for id in $listed; do
  [ "$(docker inspect --format '{{.Config.Hostname}}' "$id")" != "$CONTAINER" ] || docker exec "$id" sh -c "$SCRIPT"
done

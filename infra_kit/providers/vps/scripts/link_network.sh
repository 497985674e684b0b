#!/bin/sh
# Has containers join a Docker network, each by its name there. Runs on the host, any number of times.
#
#   NETWORK  its name
#   MEMBERS  a line each: the container, its name
set -eu

printf '%s\n' "$MEMBERS" | while read -r container name; do
  there=$(docker inspect --format "{{if index .NetworkSettings.Networks \"$NETWORK\"}}yes{{end}}" "$container")
  [ "$there" = yes ] || docker network connect --alias "$name" "$NETWORK" "$container"
done

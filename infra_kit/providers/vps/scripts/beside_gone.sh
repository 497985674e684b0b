#!/bin/sh
# Removes a server that `beside.sh` has made, and its volume. Prints `gone`, or `none` where there is nothing of that
# name; what something else has made stays. Runs on the host.
#
#   NAME  what the server and its volume are called
set -eu

label() { echo "{{index .$1 \"infra-kit-restored\"}}"; }

# Of one that was killed before it had a server there is the volume alone.
of=$(docker container inspect --format "$(label Config.Labels)" "$NAME" 2>/dev/null) ||
  of=$(docker volume inspect --format "$(label Labels)" "$NAME" 2>/dev/null) || { echo none && exit 0; }
if [ -z "$of" ]; then
  echo "$NAME is no copy that infra-kit restore made beside what runs, so it stays" >&2
  exit 1
fi
docker container rm --force "$NAME" >/dev/null 2>&1 || true
docker volume rm "$NAME" >/dev/null
echo gone

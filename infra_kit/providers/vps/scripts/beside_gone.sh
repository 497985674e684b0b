#!/bin/sh
# Removes a server that `beside.sh` has made, and its volume. Prints `gone`, or `none` where there is nothing of that
# name; what something else has made stays. Runs on the host.
#
#   NAME  what the server and its volume are called
set -eu

if ! of=$(docker container inspect --format '{{index .Config.Labels "infra-kit-restored"}}' "$NAME" 2>/dev/null); then
  echo none
  exit 0
fi
if [ -z "$of" ]; then
  echo "$NAME is no copy that infra-kit restore made beside what runs, so it stays" >&2
  exit 1
fi
docker rm --force "$NAME" >/dev/null
docker volume rm "$NAME" >/dev/null
echo gone

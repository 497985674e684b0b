#!/bin/sh
# Writes down an image's own program for `start.sh`, a word a line: what `docker inspect` says of it.
#
#   NAME    of the component, for messages
#   IMAGE   the image's id
#   HOLDER  the container that holds the workload's files
set -eu

words='{{range .Config.Entrypoint}}{{println .}}{{end}}{{range .Config.Cmd}}{{println .}}{{end}}'
program=$(docker image inspect --format "$words" "$IMAGE")
if [ -z "$program" ]; then
  echo "$NAME: command: the image has no program of its own; say which: command=[…]." >&2
  exit 1
fi
file=$(mktemp)
trap 'rm -f "$file"' EXIT
printf '%s\n' "$program" >"$file"
chmod 444 "$file"
docker cp "$file" "$HOLDER:/run/infra-kit/program"

#!/bin/sh
# Looks at what `drill.sh` restored in the container beside this one, whenever it did. How, `prove.sh` knows: it tells
# the time at which what was restored was up, and then what is wrong, each in a line. After what was looked at to its end
# comes the line `end`: without it, nothing is proven. Runs in the server's image.
#
#   $1  the folder, in a volume of the two containers
set -eu

# shellcheck source=/dev/null
. /run/infra-kit/prove.sh

folder=$1 proving=""

stop() {
  [ -z "$proving" ] || { kill "$proving" 2>/dev/null && wait "$proving"; } || true
  exit 0
}

tell() {
  trap 'end "$folder"' EXIT
  trap 'exit 1' TERM
  prove "$folder"
  echo end
}

trap stop TERM INT
while :; do
  if [ -e "$folder/asked" ]; then
    rm "$folder/asked"
    # Aside: within a condition nothing would stop at its first failure.
    tell >"$folder/told.part" &
    proving=$!
    wait "$proving" || true
    proving=""
    mv "$folder/told.part" "$folder/told"
  fi
  sleep 1 &
  wait $!
done

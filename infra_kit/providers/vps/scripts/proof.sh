#!/bin/sh
# Looks at what `drill.sh` restored in the container beside this one, whenever it did. How, `prove.sh` knows: it tells
# the time at which what was restored was up, and then what is wrong, each in a line. Runs in the server's image.
#
#   $1  the folder, in a volume of the two containers
set -eu

# shellcheck source=/dev/null
. /run/infra-kit/prove.sh

trap 'end "$1"; exit 0' TERM INT
while :; do
  if [ -e "$1/asked" ] && [ ! -e "$1/told" ]; then
    prove "$1" >"$1/told.part" || true
    rm -f "$1/asked"
    mv "$1/told.part" "$1/told"
  fi
  sleep 1 &
  wait $!
done

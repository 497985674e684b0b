#!/bin/sh
# Puts the copy of a moment into a folder, and holds it to its manifest. Nothing else is changed. Prints the copy's time.
#
#   $1  the folder, which is empty
#   $2  the moment, UTC, e.g. '2026-03-01 12:00:00': the last copy before it; nothing: the newest there is
#
# A Redis: `dump.rdb`, for the folder that its server begins with. An EventBus: `streams/<name>`, each for
# `nats stream restore`. An ObjectStore: `objects`, the list of what is where, for `put_back.sh`.
# shellcheck disable=SC1091,SC2154
set -eu

. /run/infra-kit/repository.sh
trap 'rm -rf "$hold"' EXIT

before() { # the last one until then
  moment=$(echo "$1" | sed -e 's/[+Z].*//' -e 's/[^0-9]//g' -e 's/$/00000000000000/' -e 's/^\(.\{14\}\).*/\1/')
  while read -r time; do
    if [ -z "$1" ] || [ "$(echo "$time" | tr -d -)" -le "$moment" ]; then echo "$time" && return 0; fi
  done
}

none() {
  oldest=$(echo "$all" | tail -n 1)
  [ -z "$oldest" ] || fault missing "there is no whole copy before $1: the oldest is of $oldest"
  require_key
  fault missing "there is no whole copy yet"
}

require_sizes() {
  while read -r _ bytes file; do
    size=$(awk -F "$tab" -v file="$file" '$2 == file { print $1 }' "$hold/sizes")
    [ -n "$size" ] || fault missing "copies/$time/$file is gone"
    [ "$size" -ge "$bytes" ] || fault truncated "copies/$time/$file is cut short: it holds $size bytes of $bytes"
  done
}

require_contents() {
  while read -r hash _ file; do
    have=$(sha256sum "$1/$file" | cut -d ' ' -f 1)
    [ "$have" = "$hash" ] || fault changed "copies/$time/$file was changed: its SHA-256 is $have, not $hash"
  done
}

all=$(copies)
time=$(echo "$all" | before "${2:-}")
[ -n "$time" ] || none "${2:-}"
from=copies:copies/$time
if rclone copy "$from" "$1" 2>"$hold/words"; then came=yes; else came=no; fi
[ -e "$1/manifest" ] || refused
[ "$(tail -n 1 "$1/manifest")" = end ] || fault truncated "copies/$time/manifest is cut short"
mv "$hold/words" "$hold/copying"
listed --format sp --separator "$tab" "$from" >"$hold/sizes"
mv "$hold/copying" "$hold/words"
sed '$d' "$1/manifest" | require_sizes
[ "$came" = yes ] || refused
sed '$d' "$1/manifest" | require_contents "$1"
echo "$time" | sed 's/^\(....\)\(..\)\(..\)-\(..\)\(..\)\(..\)$/\1-\2-\3T\4:\5:\6+00:00/'
echo "the copy of $time is in $1, as it was taken"

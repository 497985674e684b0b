#!/bin/sh
# Reads all objects that a list names out of the repository, and looks whether they hold what they held. Sourced by
# `drill.sh`.
# shellcheck disable=SC1091,SC2154
set -eu

. /run/infra-kit/repository.sh

prove() { # FOLDER
  whole "$1/objects" >"$1/whole"
  awk -F "$tab" '{ print $6 "/" $7 }' "$1/whole" >"$1/paths"
  rclone hashsum sha256 --download --files-from-raw "$1/paths" copies:objects >"$1/hashes" 2>"$hold/words" || true
  date +%s
  if [ -s "$hold/words" ] && ! grep -q 'failed to authenticate decrypted block' "$hold/words"; then
    unread=$(said)
  fi
  if [ -e "$hold/lost" ]; then cat "$hold/lost"; fi
  awk -F "$tab" -v unread="${unread:-}" '
    FILENAME == ARGV[1] { hash[substr($0, 67)] = substr($0, 1, 64); next }
    hash[$6 "/" $7] == $4 { next }
    unread { print "unreachable: rclone: " unread; exit }
    { print "changed: what the object " $7 " held was changed: its SHA-256 is another one" }
  ' "$1/hashes" "$1/whole"
  rm -rf "$hold"
}

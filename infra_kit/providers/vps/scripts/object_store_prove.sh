#!/bin/sh
# Reads all objects that a list names out of the repository, and looks whether they hold what they held. Sourced by
# `drill.sh`.
# shellcheck disable=SC1091,SC2154
set -eu

. /run/infra-kit/repository.sh

prove() { # FOLDER
  listed --format sp --separator "$tab" copies:objects >"$1/there"
  awk -F "$tab" '{ print $6 "/" $7 }' "$1/objects" >"$1/paths"
  rclone hashsum sha256 --download --files-from-raw "$1/paths" copies:objects >"$1/hashes" 2>"$hold/words" || true
  date +%s
  if [ -s "$hold/words" ] && ! grep -q 'failed to authenticate decrypted block' "$hold/words"; then
    unread=$(said)
  fi
  awk -F "$tab" -v unread="${unread:-}" '
    FILENAME == ARGV[1] { size[$2] = $1; next }
    FILENAME == ARGV[2] { hash[substr($0, 67)] = substr($0, 1, 64); next }
    { path = $6 "/" $7 }
    !(path in size) { print "missing: what the object " $7 " held is gone"; next }
    size[path] < $2 { print "truncated: what the object " $7 " held is cut short: " size[path] " bytes of " $2; next }
    hash[path] == $4 { next }
    unread { print "unreachable: rclone: " unread; exit }
    { print "changed: what the object " $7 " held was changed: its SHA-256 is another one" }
  ' "$1/there" "$1/hashes" "$1/objects"
  rm -rf "$hold"
}

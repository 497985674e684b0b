#!/bin/sh
# Deletes what objects held that no copy names any more.
#
#   $1  a folder
# shellcheck disable=SC1091,SC2154
set -eu

. /run/infra-kit/repository.sh

rm -rf "$1"
mkdir -p "$1/kept"
rclone copy --include '/*/objects' copies:copies "$1/kept"
find "$1/kept" -name objects -exec cut -f 6,7 {} + | sed "s#$tab#/#" >"$1/needed"
listed copies:objects >"$1/there"
awk 'FILENAME == ARGV[1] { needed[$0] = 1; next } !($0 in needed)' "$1/needed" "$1/there" >"$1/gone"
if [ -s "$1/gone" ]; then rclone delete --files-from-raw "$1/gone" copies:objects; fi

#!/bin/sh
# Writes the objects that a list names into a bucket, with their types and metadata, and reads them back. What else the
# bucket holds stays. Of what the copies have lost it tells each object, and ends with 4 once all else is there.
#
#   $1  the folder with the list `objects`, which restore.sh has filled
#   $2  the bucket, as a remote of rclone: it is made if it is not there, unless the remote says no_check_bucket
# shellcheck disable=SC1091,SC2154
set -eu

. /run/infra-kit/repository.sh
trap 'rm -rf "$hold"' EXIT

whole "$1/objects" >"$hold/whole"
rclone mkdir "$2"
cut -f 5,6 "$hold/whole" | sort -u >"$hold/groups"
while IFS=$tab read -r metadata time; do
  metadata=$metadata awk -F "$tab" -v time="$time" '$5 == ENVIRON["metadata"] && $6 == time { print $7 }' \
    "$hold/whole" >"$hold/keys"
  printf '%s' "$metadata" | jq -r '
    to_entries[]
    | if .key | test("^(cache-control|content-[a-z]*)$") then . else .key |= "x-amz-meta-" + . end
    | "\(.key): \(.value)"' >"$hold/headers"
  set -- "$1" "$2"
  while IFS= read -r header; do set -- "$@" --header-upload "$header"; done <"$hold/headers"
  from=$1 to=$2
  shift 2
  rclone copy --files-from-raw "$hold/keys" "$@" "copies:objects/$time" "$to"
  set -- "$from" "$to"
done <"$hold/groups"
cut -f 7 "$hold/whole" >"$hold/keys"
rclone hashsum sha256 --download --files-from-raw "$hold/keys" "$2" >"$hold/hashes"
changed=$(awk -F "$tab" '
  FILENAME == ARGV[1] { hash[substr($0, 67)] = substr($0, 1, 64); next }
  hash[$7] != $4 { print $7; exit }
' "$hold/hashes" "$hold/whole")
[ -z "$changed" ] || fault changed "the object $changed is there, and holds not what was copied: its SHA-256 is another one"
if [ -e "$hold/lost" ]; then
  sed 's/^/fault: /' "$hold/lost" >&2
  echo "All else is there. A copy of an earlier moment may have an older version of what is lost." >&2
  exit 4
fi

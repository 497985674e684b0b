#!/bin/sh
# Copies the objects of a bucket that no earlier copy has, and lists all. Runs in natsio/nats-box.
#
# What an object holds goes to `objects/<time>/<key>` of the repository, and stays there as long as a copy names it: what
# is deleted or overwritten since can be gone back to. An object is known again by its ETag, size and time. The list has
# a line for each, divided by tabs: ETag, size, time, SHA-256, metadata as JSON, the time of the copy that has it, key.
#
#   SPARE   for how many seconds what an earlier copy wrote may be shared; empty: for ever
#   source  a remote of rclone.conf: the bucket
#   $1 $2   the folder; the time of this copy
# shellcheck disable=SC1091,SC2154
set -eu

. /run/infra-kit/repository.sh

list=$1/objects time=$2 here=$1.objects
rm -rf "$here"
mkdir "$here"
trap 'rm -rf "$here" "$hold"' EXIT

now_there() { # what rclone lists of the bucket; one without objects ends with 0
  rclone lsf -R --files-only "$@" source: 2>"$hold/words" || case $? in
    3) fault missing "the bucket is gone from its store; earlier copies stay, and have what it held" ;;
    *) refused ;;
  esac
}

look() { # what there is now
  now_there --use-server-modtime --hash MD5 --format hstp --separator "$tab" >"$here/now"
  awk -F "$tab" 'NF != 4 { print; exit 1 }' "$here/now" || fault key "a key with a tab or a line end cannot be copied"
}

recall() { # what the last copy knows, without what the repository has lost or was written too long ago
  copies >"$here/copies"
  last=$(head -n 1 "$here/copies")
  [ -n "$last" ] || return 0
  oldest=${SPARE:+$(date -u -d "@$(($(date +%s) - SPARE))" +%Y%m%d-%H%M%S)}
  rclone cat "copies:copies/$last/objects" >"$here/last"
  whole "$here/last" >"$here/whole"
  awk -F "$tab" -v oldest="$oldest" '$6 > oldest' "$here/whole"
}

pick() { # what there is that is not known
  awk -F "$tab" 'FILENAME == ARGV[1] { known[$1, $2, $3, $7] = 1; next } !(($1, $2, $3, $4) in known)' \
    "$here/known" "$here/now" >"$here/fresh"
  cut -f 4 "$here/fresh" >"$here/keys"
}

send() { # what was deleted meanwhile is left out
  rclone copy --files-from-raw "$here/keys" source: "copies:objects/$time"
  rclone hashsum sha256 --download --files-from-raw "$here/keys" source: >"$here/hashes"
  now_there --files-from-raw "$here/keys" --format Mp --separator "$tab" >"$here/told"
  jq -Rr 'split("\t") | [(.[0] | fromjson | del(.mtime, .btime, .tier) | tojson), .[1]] | join("\t")' \
    "$here/told" >"$here/metadata"
  awk -F "$tab" -v time="$time" '
    FILENAME == ARGV[1] { hash[substr($0, 67)] = substr($0, 1, 64); next }
    FILENAME == ARGV[2] { metadata[$2] = $1; next }
    $4 in hash && $4 in metadata { print $1 FS $2 FS $3 FS hash[$4] FS metadata[$4] FS time FS $4 }
  ' "$here/hashes" "$here/metadata" "$here/fresh" >>"$here/known"
}

recall >"$here/known"
look
pick
tries=5
# What was changed while it was sent is sent again: what is known now was there before and after it was read.
while [ -s "$here/keys" ]; do
  [ "$tries" -gt 0 ] || fault changing "an object changes while it is copied, again and again: $(head -n 1 "$here/keys")"
  tries=$((tries - 1))
  send
  look
  pick
done
awk -F "$tab" 'FILENAME == ARGV[1] { there[$1, $2, $3, $4] = 1; next } ($1, $2, $3, $7) in there' \
  "$here/now" "$here/known" >"$list"

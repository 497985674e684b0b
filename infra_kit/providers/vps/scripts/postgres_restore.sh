#!/bin/sh
# Puts a moment of the past into an empty volume: a backup, and the log from there on for the server to replay.
#
# $1: the folder of the volume as the server mounts it; $2: the moment, e.g. '2026-03-01 12:00:00+00', or nothing for the
# newest there is; $3: `latest`, for the end of the log that was written at the moment. Runs in the container `backup`'s
# image with its configuration, with an empty volume at $1. A server that is then started on that volume replays the log,
# and ends there. `restore/listed` names all that the log has: who asked for its end sees by it whether all came back.
#
# A restore over a server begins another timeline of its log. A moment is on that which was written then: the last whose
# history came to the copies before it. The backup is one that this timeline has.
set -eu

data=$1/pgdata wal=$1/restore moment=${2:-} latest=${3:-}
mkdir -m 700 "$data" "$wal"
timeline="" backup=""

repository() { pgbackrest --stanza=main "$@"; }

histories() { # of each timeline but the first, when it came to the copies, and its name: `1795679642 15-1/00000002`
  there=$(repository --output=json repo-ls --recurse --filter='\.history$' archive/main)
  echo "$there" | tr '}' '\n' | sed -n 's/^.*"\([^"]*\)\.history":{.*"time":\([0-9]*\).*$/\2 \1/p' | sort -k 2
}

history() { # NAME: which timelines were before it, and where each was left: `1 0/4000068 …`
  repository repo-get "archive/main/$1.history" | tr '\t' ' '
}

backups() { # the newest first: when it ended, the segment that it needs last, its label
  repository --output=json info | sed 's/"archive":{"start"/\n&/g' | sed -n "s/^\"archive\":{\"start\":\"[0-9A-F]*\",\
\"stop\":\"\([0-9A-F]*\)\"}.*\"label\":\"\([^\"]*\)\".*\"timestamp\":{\"start\":[0-9]*,\"stop\":\([0-9]*\)}.*$/\3 \1 \2/p" |
    sort -rn
}

timeline_of() { # SECONDS or nothing; HISTORIES
  folder="" first=""
  while read -r came name; do
    folder=${name%/*} first=${first:-$name}
    if [ -z "$1" ] || [ "$came" -lt "$1" ]; then timeline=$((0x${name##*/})); fi
  done <<HISTORIES
$2
HISTORIES
  timeline=${timeline:-$(history "$first" | sed -n 's/^\([0-9]*\) .*$/\1/p' | tail -n 1)}
  before=$(if [ "$timeline" -gt 1 ]; then history "$folder/$(printf %08X "$timeline")"; fi)
}

has() { # SEGMENT: whether it was written before the timeline parted from that of the segment
  of=$((0x${1%????????????????})) at=${1#????????}
  [ "$of" != "$timeline" ] || return 0
  left=$(printf '%s\n' "$before" | sed -n "s#^$of \([0-9A-F]*/[0-9A-F]*\) .*\$#\1#p")
  [ -n "$left" ] || return 1
  [ $((0x${at%????????} * 256 + 0x${at#????????})) -lt $((0x${left%/*} * 256 + 0x${left#*/} / 16777216)) ]
}

backup_of() { # SECONDS or nothing
  while read -r ended segment label; do
    if [ -n "$label" ] && { [ -z "$1" ] || [ "$ended" -lt "$1" ]; } && has "$segment"; then
      backup=$label
      return
    fi
  done <<BACKUPS
$(backups)
BACKUPS
  echo "unable to find backup set${moment:+ of before $moment} that leads to the timeline $timeline of the log" >&2
  return 1
}

parted=$(histories)
if [ -n "$parted" ]; then
  whole=${moment%+00}
  seconds=${moment:+$(date -u -d "${whole%%.*}" +%s)}
  timeline_of "$seconds" "$parted"
  backup_of "$seconds"
fi
set -- --pg1-path="$data" --recovery-option=restore_command="cp $wal/%f %p" \
  ${timeline:+"--target-timeline=$timeline" "--set=$backup"}
if [ -n "$moment" ] && [ -z "$latest" ]; then
  set -- "$@" --type=time --target="$moment" --target-action=promote
fi
repository "$@" restore
start=$(sed -n 's/^START WAL LOCATION: .*(file [0-9A-F]\{8\}\([0-9A-F]\{16\}\))$/\1/p' "$data/backup_label")

is_of_later() { # NAME: of a timeline that began after ours, which leads nowhere
  case $1 in *.history) return 1 ;; esac
  [ -n "$timeline" ] && [ "$((0x${1%????????????????}))" -gt "$timeline" ]
}

is_before_the_backup() { # NAME of a segment, or of where timelines part, which is always needed
  case $1 in *.history) return 1 ;; esac
  [ "$((0x${1#????????}))" -lt "$((0x$start))" ]
}

repository --output=text repo-ls --recurse archive/main >"$wal/there"
sed -n 's#^.*/\([0-9A-F]\{24\}\)-[0-9a-f]*\(\.[a-z0-9]*\)\{0,1\}$#\1#p; s#^.*/\([0-9A-F]\{8\}\.history\)$#\1#p' \
  "$wal/there" | sort -u | while read -r name; do is_of_later "$name" || echo "$name"; done >"$wal/listed"
while read -r name; do
  if is_before_the_backup "$name"; then continue; fi
  # What came of one that cannot be read would stop the server, and not end its log.
  repository --pg1-path="$data" archive-get "$name" "$wal/$name" || rm -f "$wal/$name"
done <"$wal/listed"

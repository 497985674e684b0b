#!/bin/sh
# Puts a moment of the past into an empty volume: a backup, and the log from there on for the server to replay.
#
# $1: the folder of the volume as the server mounts it; $2: the moment, e.g. '2026-03-01 12:00:00+00', or nothing for the
# newest there is. Runs in the container `backup`'s image with its configuration, with an empty volume at $1. A server
# that is then started on that volume replays the log, and ends there. `restore/listed` names all that the log has: who
# asked for the newest sees by it whether all came back.
set -eu

data=$1/pgdata
wal=$1/restore
mkdir -m 700 "$data" "$wal"
command="cp $wal/%f %p"
if [ -n "${2:-}" ]; then
  pgbackrest --stanza=main --pg1-path="$data" --type=time --target="$2" --target-action=promote \
    --recovery-option=restore_command="$command" restore
else
  pgbackrest --stanza=main --pg1-path="$data" --recovery-option=restore_command="$command" restore
fi
pgbackrest --stanza=main --output=text repo-ls --recurse "archive/main" >"$wal/there"
sed -n 's#^.*/\([0-9A-F]\{24\}\)-[0-9a-f]*\(\.[a-z0-9]*\)\{0,1\}$#\1#p; s#^.*/\([0-9A-F]\{8\}\.history\)$#\1#p' \
  "$wal/there" | sort -u >"$wal/listed"
start=$(sed -n 's/^START WAL LOCATION: .*(file [0-9A-F]\{8\}\([0-9A-F]\{16\}\))$/\1/p' "$data/backup_label")

is_before_the_backup() { # NAME of a segment, or of where timelines part, which is always needed
  case $1 in *.history) return 1 ;; esac
  [ "$((0x${1#????????}))" -lt "$((0x$start))" ]
}

while read -r name; do
  if is_before_the_backup "$name"; then continue; fi
  # What came of one that cannot be read would stop the server, and not end its log.
  pgbackrest --stanza=main --pg1-path="$data" archive-get "$name" "$wal/$name" || rm -f "$wal/$name"
done <"$wal/listed"

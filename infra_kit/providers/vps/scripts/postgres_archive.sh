#!/bin/sh
# Takes finished segments of the write-ahead log out of the folder $1 to the backup store, each until it is there. For a
# Backup it tells when all of them were, in the folder FOLDER for the host (`measure.sh`).
# Runs in the pgBackRest image; PGBACKREST_CONFIG names its configuration.
#
#   $2           the server's data folder
#   FOLDER NAME  of the Backup; nothing: nobody asks
#   PART         the Postgres
set -eu

is_all_there() { # also what the server has not put into the folder yet
  for segment in "$1"/* "$2"/pg_wal/archive_status/*.ready; do
    [ ! -e "$segment" ] || return 1
  done
}

tell() {
  new=$FOLDER/.log-$PART
  printf 'infra_kit_log_shipped_seconds{component="%s",part="%s"} %s\n' "$NAME" "$PART" "$1" >"$new"
  mv "$new" "$FOLDER/log-$PART.prom"
}

mkdir -p "$1"
while true; do
  looked=$(date +%s)
  if [ -n "${FOLDER:-}" ] && is_all_there "$1" "$2"; then tell "$looked"; fi
  for segment in "$1"/*; do
    case $segment in *.part | "$1/*") continue ;; esac
    # In order: after one that could not go, none goes.
    pgbackrest --stanza=main archive-push "$segment" || break
    rm "$segment"
  done
  sleep 5
done

#!/bin/sh
# Takes finished segments of the write-ahead log out of the folder $1 to the backup store, each until it is there.
# Runs in the pgBackRest image; PGBACKREST_CONFIG names its configuration.
set -eu

mkdir -p "$1"
while true; do
  for segment in "$1"/*; do
    case $segment in *.part | "$1/*") continue ;; esac
    # In order: after one that could not go, none goes.
    pgbackrest --stanza=main archive-push "$segment" || break
    rm "$segment"
  done
  sleep 5
done

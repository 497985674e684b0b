#!/bin/sh
# What a PostgreSQL server does with a finished segment of its log, each whole or not at all: copies it to those who take
# it away. Runs in the server's container. A copy is on the disk before the server may forget the segment; one that a
# lost power cut short is written anew.
#
#   $1  the segment
#   $2  its name
#   $3  the folder of the server's own backups; each Backup has one in the folder of that name with -for
set -eu

mkdir -p "$3"
for folder in "$3" "$3-for"/*; do
  [ -d "$folder" ] || continue
  if cmp -s "$1" "$folder/$2"; then continue; fi
  cp "$1" "$folder/$2.part"
  sync "$folder/$2.part"
  mv "$folder/$2.part" "$folder/$2"
  sync "$folder"
done

#!/bin/sh
# Writes a server's configuration with the users that links made: a line @kind@ of the template becomes the contents of
# all files /data/links/*.kind, a comma after each (NATS takes the end of a line for one).
#
# $1: the template; $2: the configuration
set -eu

umask 077
mkdir -p /data/links
while IFS= read -r line; do
  case $line in
    @*@)
      kind=${line#@}
      for file in /data/links/*."${kind%@}"; do
        [ ! -e "$file" ] || printf '%s,\n' "$(cat "$file")"
      done
      ;;
    *) printf '%s\n' "$line" ;;
  esac
done <"$1" >"$2.new"
mv -f "$2.new" "$2"

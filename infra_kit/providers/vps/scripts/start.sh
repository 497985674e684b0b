#!/bin/sh
# Starts the program of a workload in its container, with its secrets as variables: where `docker inspect` shows what
# the container was made with, they are not. Runs in busybox, whatever the image has.
#
#   $@                        the program; none: the image's own
#   /run/infra-kit/secrets    `export` lines
#   /run/infra-kit/program    the image's own program, a word a line
set -eu

# shellcheck source=/dev/null
. /run/infra-kit/secrets
if [ $# -eq 0 ]; then
  while IFS= read -r word; do set -- "$@" "$word"; done </run/infra-kit/program
fi

name=$1
shift
# By its path: busybox would take a plain name for a program of its own.
case $name in */*) exec "$name" "$@" ;; esac
IFS=:
for folder in $PATH; do
  [ ! -x "$folder/$name" ] || exec "$folder/$name" "$@"
done
echo "command: $name is not in the image's PATH ($PATH)." >&2
exit 127

#!/bin/sh
# Starts Valkey from what is on its disk, and turns the append-only log on or off ($1: yes or no) once it runs.
#
# Were it started with a log that is not there yet, it would begin empty and ignore the dump; and the other way round.
# /run/infra-kit/valkey.conf: its configuration; /run/infra-kit/admin: the password of the user admin.
set -eu

wanted=$1
log=/data/appendonlydir
begin=$wanted
if [ -e "$log/appendonly.aof.manifest" ]; then
  begin=yes
elif [ -e /data/dump.rdb ]; then
  begin=no
fi

ask() {
  REDISCLI_AUTH=$(cat /run/infra-kit/admin) valkey-cli -e --user admin "$@" >/dev/null 2>&1
}

change() {
  until ask ping; do sleep 1; done
  ask config set appendonly "$wanted"
  [ "$wanted" = yes ] || rm -rf "$log"
}

[ "$begin" = "$wanted" ] || change &
exec valkey-server /run/infra-kit/valkey.conf --appendonly "$begin"

#!/bin/sh
# Makes a backup each day from $1 to $2 o'clock (HH:MM, UTC): whole on Sundays, else what changed since the last whole one.
# The first follows at once. Runs in the pgBackRest image; PGBACKREST_CONFIG names its configuration.
# /tmp/well is there as long as the last one succeeded.
set -eu

minutes() {
  echo $(($(echo "$1" | cut -d: -f1 | sed 's/^0//') * 60 + $(echo "$1" | cut -d: -f2 | sed 's/^0//')))
}

due() { # in the window, which may span midnight
  [ $((($(minutes "$(date -u +%H:%M)") - begin + 1440) % 1440)) -lt "$length" ]
}

backup() {
  if [ "$(date -u +%u)" = 7 ]; then kind=full; else kind='diff'; fi
  if pgbackrest --stanza=main --type="$kind" backup; then touch /tmp/well; else rm -f /tmp/well; fi
}

begin=$(minutes "$1")
length=$((($(minutes "$2") - begin + 1440) % 1440))
until pgbackrest --stanza=main stanza-create; do sleep 10; done
pgbackrest --stanza=main info | grep -q 'full backup' && touch /tmp/well
until [ -e /tmp/well ]; do
  backup
  sleep 10
done
while true; do
  sleep 60
  if due; then
    backup
    while due && [ -e /tmp/well ]; do sleep 60; done
  fi
done

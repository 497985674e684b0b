#!/bin/sh
# Gives a link's user to a running NATS server, or takes it away. Runs in its container, any number of times.
#
#   NAME     the user
#   ENTRY    as nats.conf has it; empty: it goes
#   MONITOR  the address of the monitoring port
set -eu

umask 077
mkdir -p /data/links
exec 9>/data/links/lock
flock 9
if [ -n "$ENTRY" ]; then
  printf '%s\n' "$ENTRY" >"/data/links/$NAME.user"
else
  rm -f "/data/links/$NAME.user"
fi
sh /run/infra-kit/compose.sh /run/infra-kit/nats.template /data/links/nats.conf

# When it last read them; one that says nothing has read nothing.
loaded() { wget -q -O - "$MONITOR/varz" | sed -n 's/.*"config_load_time": *"\([^"]*\)".*/\1/p' | grep .; }

tries=50
again() {
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "$NAME: NATS does not take its users over; its log says why." >&2; exit 1; }
  sleep 0.2
}

until before=$(loaded); do again; done
kill -HUP "$(cat /data/links/pid)"
until now=$(loaded) && [ "$now" != "$before" ]; do again; done

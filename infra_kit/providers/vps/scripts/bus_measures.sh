#!/bin/sh
# Tells again and again what `bus_figures.sh`, which stands beside it, has to tell, at /metrics.txt. Runs in
# natsio/nats-box for ever.
#
#   $1  what that is told, a file
#   $2  seconds from one look to the next
#   $3  the port
#   $4  busybox
set -eu

known=$1 every=$2 port=$3 busybox=$4
place=/tmp/measures
mkdir -p "$place"
"$busybox" httpd -p "$port" -h "$place"

while :; do
  # Figures of a time that is over would say that all is well.
  if sh "${0%/*}/bus_figures.sh" "$known" >"$place/new"; then
    mv "$place/new" "$place/metrics.txt"
  else
    echo "infra_kit_bus_up 0" >"$place/metrics.txt"
  fi
  sleep "$every" &
  wait $!
done

#!/bin/sh
# Makes a virtual machine a NATS server, and keeps it one. Runs any number of times: when the machine starts (`boot`),
# as the server (`serve`), and once a minute (`settings`).
#
#   NAME, HOST            the server, and its name in the network
#   IMAGE                 of NATS, by its digest
#   DEVICE, GB            the volume that holds its events, and its size
#   PORT, ROUTES          where it listens to clients, and to other servers
#
# Before this stands `machine.sh`.
OWN=/var/lib/infra-kit-nats DATA=/mnt/disks/nats MONITOR=127.0.0.1:8222
SCRIPT=$OWN/nats.sh STARTS="infra-kit-nats.service infra-kit-nats-settings.timer"

units() {
  # Clients are told to go elsewhere first (https://docs.nats.io/running-a-nats-service/nats_admin/lame_duck_mode).
  unit nats "/bin/sh -c 'docker kill --signal USR2 nats && docker wait nats'"
  cat >"$UNITS/infra-kit-nats-settings.service" <<END
[Unit]
Description=What NATS lets in, as infra-kit says it
[Service]
Type=oneshot
TimeoutStartSec=60
ExecStart=/bin/sh $OWN/nats.sh settings
StandardOutput=journal+console
StandardError=journal+console
END
  cat >"$UNITS/infra-kit-nats-settings.timer" <<END
[Timer]
OnActiveSec=60
OnUnitActiveSec=60
AccuracySec=1
[Install]
WantedBy=timers.target
END
}

ready() { # before each start of the server
  volume
  until settings; do sleep 5; done
  image
  whole
}

whole() { # NATS deletes, in a cluster, what one server wrote alone
  grep -q '"cluster": {' "$OWN/conf/nats.conf" || return 0
  [ -n "$(find "$DATA/store/jetstream" -mindepth 3 -maxdepth 3 -path '*/streams/*' 2>/dev/null)" ] || return 0
  [ -d "$DATA/store/jetstream/SYS/_js_/_meta_" ] ||
    fail "$DEVICE holds streams of a server that stood alone, and a cluster would delete them: NATS is not started."
}

settings() {
  files nats.conf || return 1
  # A volume that has grown is used as far as it goes.
  resize2fs "$DEVICE" >/dev/null 2>&1 || true
  if [ "$changed" = yes ] && [ -n "$(docker ps --quiet --filter name=^nats\$)" ]; then
    docker kill --signal HUP nats >/dev/null
  fi
}

serve() {
  docker rm --force nats >/dev/null 2>&1 || true
  size=$(df --output=size --block-size=1 "$DATA" | tail -n 1 | tr -d ' ')
  memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  exec docker run --rm --name nats --network host --user 1000:1000 --read-only --cap-drop ALL \
    --security-opt no-new-privileges:true --ulimit nofile=65536:65536 --log-driver journald \
    --volume "$OWN/conf:/etc/nats:ro" --volume "$DATA/store:/data" \
    --env NATS_NAME="$NAME" --env NATS_PORT="$PORT" --env NATS_ROUTES="$ROUTES" --env NATS_MONITOR="$MONITOR" \
    --env NATS_ADVERTISE="$HOST:$PORT" --env NATS_STORE=/data --env NATS_STORE_BYTES="$((size * 9 / 10))" \
    --env GOMEMLIMIT="$((memory * 8 / 10))KiB" \
    --entrypoint nats-server "$IMAGE" --config /etc/nats/nats.conf
}

"${1:-boot}"

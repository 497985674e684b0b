#!/bin/sh
# Makes a virtual machine a NATS server, and keeps it one. Runs any number of times: when the machine starts (`boot`),
# as the server (`serve`), and once a minute (`settings`).
#
#   NAME, HOST            the server, and its name in the network
#   IMAGE                 of NATS, by its digest
#   DEVICE, GB            the volume that holds its events, and its size
#   PORT, ROUTES          where it listens to clients, and to other servers
#
# Before this stands what differs from cloud to cloud: `prepare` (Docker is there after it), and `secret` (prints what
# the servers let in: a line a file, its name and what is in it in base64).
set -eu
umask 077

OWN=/var/lib/infra-kit-nats DATA=/mnt/disks/nats MONITOR=127.0.0.1:8222
UNITS=${UNITS:-/etc/systemd/system}

fail() {
  echo "infra-kit: $*" >&2
  exit 1
}

volume() { # a file system is made where there is none, and on nothing else
  until [ -b "$DEVICE" ]; do sleep 1; done
  found=0
  blkid -p "$DEVICE" >/dev/null || found=$?
  case $found in
    0) ;;
    2) # blkid says the same of a disk that it cannot read
      cmp -s -n 1048576 "$DEVICE" /dev/zero || fail "$DEVICE is not empty, or cannot be read: nothing is written to it."
      mkfs.ext4 -q -m 0 "$DEVICE"
      ;;
    *) fail "what is on $DEVICE cannot be told, so nothing is written to it." ;;
  esac
  mkdir -p "$DATA"
  mountpoint -q "$DATA" || mount -o noatime "$DEVICE" "$DATA"
  mkdir -p "$DATA/store"
  chown 1000:1000 "$DATA/store"
}

units() {
  cat >"$UNITS/infra-kit-nats.service" <<END
[Unit]
Description=NATS, as infra-kit set it up
After=docker.service network-online.target
Requires=docker.service
StartLimitIntervalSec=0
[Service]
ExecStartPre=/bin/sh $OWN/nats.sh ready
ExecStart=/bin/sh $OWN/nats.sh serve
# Clients are told to go elsewhere first (https://docs.nats.io/running-a-nats-service/nats_admin/lame_duck_mode).
ExecStop=/bin/sh -c 'docker kill --signal USR2 nats && docker wait nats'
TimeoutStartSec=infinity
TimeoutStopSec=90
Restart=always
RestartSec=2
[Install]
WantedBy=multi-user.target
END
  cat >"$UNITS/infra-kit-nats-settings.service" <<END
[Unit]
Description=What NATS lets in, as infra-kit says it
[Service]
Type=oneshot
ExecStart=/bin/sh $OWN/nats.sh settings
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

boot() {
  mkdir -p "$OWN"
  cat "$0" >"$OWN/nats.sh"
  prepare
  units
  systemctl daemon-reload
  systemctl enable --now --no-block infra-kit-nats.service infra-kit-nats-settings.timer
}

ready() { # before each start of the server
  volume
  until settings; do sleep 5; done
  until docker image inspect "$IMAGE" >/dev/null 2>&1 || docker pull --quiet "$IMAGE"; do sleep 5; done
  whole
}

whole() { # NATS deletes, in a cluster, what one server wrote alone
  grep -q '"cluster": {' "$OWN/conf/nats.conf" || return 0
  [ -n "$(find "$DATA/store/jetstream" -mindepth 3 -maxdepth 3 -path '*/streams/*' 2>/dev/null)" ] || return 0
  [ -d "$DATA/store/jetstream/SYS/_js_/_meta_" ] ||
    fail "$DEVICE holds streams of a server that stood alone, and a cluster would delete them: NATS is not started."
}

settings() {
  new=$OWN/new now=$OWN/conf
  mkdir -p "$OWN"
  exec 9>"$OWN/lock"
  flock 9
  rm -rf "$new"
  mkdir -p "$new" "$now"
  secret >"$OWN/told" || return 1
  while read -r file text; do
    printf '%s' "$text" | base64 -d >"$new/$file" || return 1
  done <"$OWN/told"
  rm "$OWN/told"
  [ -s "$new/nats.conf" ] || return 1
  changed=no
  for file in "$new"/*; do
    cmp -s "$file" "$now/${file##*/}" && continue
    chown 1000:1000 "$file"
    mv "$file" "$now/"
    changed=yes
  done
  chown 1000:1000 "$now"
  rm -rf "$new"
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

#!/bin/sh
# Makes a virtual machine a NATS server, and keeps it one. Runs any number of times: when the machine starts (`boot`),
# as the server (`serve`), until its tools are there (`tools`), and once a minute (`settings`, `figures`).
#
#   NAME, HOST            the server, and its name in the network
#   IMAGE, BOX            of NATS and of its tools, by their digests
#   DEVICE, GB            the volume that holds its events, and its size
#   PORT, ROUTES          where it listens to clients, and to other servers
#
# Before this stands `machine.sh`.
OWN=/var/lib/infra-kit-nats DATA=/mnt/disks/nats MONITOR=127.0.0.1:8222
SCRIPT=$OWN/nats.sh
STARTS="infra-kit-nats.service infra-kit-nats-tools.service infra-kit-nats-settings.timer infra-kit-nats-figures.timer"
TAKES=90 # parts of a hundred of the volume; what is beyond it NATS refuses

units() {
  # Clients are told to go elsewhere first (https://docs.nats.io/running-a-nats-service/nats_admin/lame_duck_mode).
  unit nats "/bin/sh -c 'docker kill --signal USR2 nats && docker wait nats'"
  cat >"$UNITS/infra-kit-nats-tools.service" <<END
[Unit]
Description=The tools that see how far consumers of NATS are
After=docker.service network-online.target
[Service]
ExecStart=/bin/sh $SCRIPT tools
StandardOutput=journal+console
StandardError=journal+console
[Install]
WantedBy=multi-user.target
END
  each_minute settings nats "What NATS lets in, as infra-kit says it"
  each_minute figures nats "How NATS and its consumers are, as the cloud's monitoring is told it"
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
  memory=$(kilobytes MemTotal)
  exec docker run --rm --name nats --network host --user 1000:1000 --read-only --cap-drop ALL \
    --security-opt no-new-privileges:true --ulimit nofile=65536:65536 --log-driver journald \
    --volume "$OWN/conf:/etc/nats:ro" --volume "$DATA/store:/data" \
    --env NATS_NAME="$NAME" --env NATS_PORT="$PORT" --env NATS_ROUTES="$ROUTES" --env NATS_MONITOR="$MONITOR" \
    --env NATS_ADVERTISE="$HOST:$PORT" --env NATS_STORE=/data --env NATS_STORE_BYTES="$((size * TAKES / 100))" \
    --env GOMEMLIMIT="$((memory * 8 / 10))KiB" \
    --entrypoint nats-server "$IMAGE" --config /etc/nats/nats.conf
}

tools() { # from a registry that lets in so many an hour, whoever asks
  pause=15
  until docker image inspect "$BOX" >/dev/null 2>&1 || docker pull --quiet "$BOX"; do
    sleep "$pause"
    pause=$((pause < 1800 ? pause * 2 : pause))
  done
}

figures() { # told to the cloud's monitoring
  new=$OWN/figures
  of_server >"$new"
  of_disk "$TAKES" >>"$new"
  [ ! -s "$new" ] || tell <"$new"
}

of_server() { # and of consumers what can be read, of which nothing else is said: that would say that all is well
  curl -sf --max-time 5 --output /dev/null "http://$MONITOR/healthz?js-enabled-only=true" || { down; return; }
  if docker image inspect "$BOX" >/dev/null 2>&1; then
    asked >"$OWN/read" || [ -s "$OWN/read" ] || { down; return; }
    grep -v '^infra_kit_bus_up ' "$OWN/read" || true
  fi
  echo "infra_kit_bus_up 1"
}

down() { # not while streams are still to be made of what is told anew
  [ -n "$(find "$OWN/conf/bus.json" -mmin -3 2>/dev/null)" ] || echo "infra_kit_bus_up 0"
}

asked() { # `bus_figures.sh`, of this server
  docker rm --force nats-figures >/dev/null 2>&1 || true
  set -- # files that it reads; none is made where one is away
  for file in bus_figures.sh bus.json ca.pem; do
    set -- "$@" --mount "type=bind,readonly,source=$OWN/conf/$file,target=/etc/nats/$file"
  done
  timeout --kill-after=1 20 docker run --rm --name nats-figures --network host --user 1000:1000 --read-only \
    --cap-drop ALL --security-opt no-new-privileges:true --memory 128m --pids-limit 64 --log-driver none \
    --tmpfs /tmp:size=1m,uid=1000 --env HOME=/tmp --env XDG_CONFIG_HOME=/tmp "$@" \
    --entrypoint sh "$BOX" /etc/nats/bus_figures.sh /etc/nats/bus.json
}

"${1:-boot}"

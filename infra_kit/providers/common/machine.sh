# What a virtual machine does that runs one server, in a container, with a disk of its own. It has the names that it
# needs from the script that stands after it:
#
#   OWN, DATA             where the machine keeps what it is told, and mounts its disk
#   SCRIPT, STARTS        where the whole script is kept, and the units that it starts
#   IMAGE                 by its digest
#   DEVICE                the disk
#
# and the functions `units`, `ready`, `serve` and `figures`. Before this stands what differs from cloud to cloud:
# `prepare` (Docker is there after it), `secret` (prints what the server is told: a line a file, its name and what is in
# it in base64), and `tell` (gives the lines of figures that it reads to the cloud's monitoring).
set -eu
umask 077

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

boot() { # whenever the machine starts
  mkdir -p "$OWN"
  cat "$0" >"$SCRIPT"
  prepare
  units
  systemctl daemon-reload
  # shellcheck disable=SC2086  # several
  systemctl enable --now --no-block $STARTS
}

unit() { # of the server: its name, and how it is stopped. Nobody logs in, so the console is where it can be read.
  cat >"$UNITS/infra-kit-$1.service" <<END
[Unit]
Description=$1, as infra-kit set it up
After=docker.service network-online.target
Requires=docker.service
StartLimitIntervalSec=0
[Service]
ExecStartPre=/bin/sh $SCRIPT ready
ExecStart=/bin/sh $SCRIPT serve
ExecStop=$2
TimeoutStartSec=infinity
TimeoutStopSec=90
StandardOutput=journal+console
StandardError=journal+console
Restart=always
RestartSec=2
[Install]
WantedBy=multi-user.target
END
}

each_minute() { # what is done then: `settings`, `figures`; for the server, and why
  cat >"$UNITS/infra-kit-$2-$1.service" <<END
[Unit]
Description=$3
[Service]
Type=oneshot
TimeoutStartSec=60
ExecStart=/bin/sh $SCRIPT $1
StandardOutput=journal+console
StandardError=journal+console
END
  cat >"$UNITS/infra-kit-$2-$1.timer" <<END
[Timer]
OnActiveSec=60
OnUnitActiveSec=60
AccuracySec=1
[Install]
WantedBy=timers.target
END
}

each_figure() { # of the lines `name value` and `name{…,consumer="…"} value`: calls $1 with name, value and consumer
  while read -r figure value; do
    name=${figure%%"{"*} consumer=
    case $figure in
      *consumer=*) consumer=${figure#*consumer=\"} consumer=${consumer%%\"*} ;;
    esac
    "$1" "${name#infra_kit_}" "$value" "$consumer"
  done
}

image() {
  until docker image inspect "$IMAGE" >/dev/null 2>&1 || docker pull --quiet "$IMAGE"; do sleep 5; done
}

of_disk() { # how full it is, in percent of what the server may take of it: $1 parts of 100
  mountpoint -q "$DATA" || return 0
  df --output=used,size --block-size=1 "$DATA" | tail -n 1 | {
    read -r used size
    echo "infra_kit_disk_percent $((used * 10000 / (size * $1)))"
  }
}

of_memory() { # how much of the machine's is taken, in percent, without what the kernel gives up for others
  total=$(kilobytes MemTotal)
  echo "infra_kit_memory_percent $(((total - $(kilobytes MemAvailable)) * 100 / total))"
}

kilobytes() {
  sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

files() { # what the server is told, for it alone; not without $1. Sets `changed`.
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
  [ -s "$new/$1" ] || return 1
  changed=no
  for file in "$new"/*; do
    cmp -s "$file" "$now/${file##*/}" && continue
    chown 1000:1000 "$file"
    mv "$file" "$now/"
    # shellcheck disable=SC2034  # not each server asks
    changed=yes
  done
  chown 1000:1000 "$now"
  rm -rf "$new"
}


#!/bin/sh
# Starts a NATS server that nobody reaches, gives it each stream that was restored, and looks where it ends, for
# `proof.sh`. Events may have ended since; at the newer end none may be missing.
set -eu

PATH=$PATH:/run/infra-kit-nats
export NATS_URL=nats://127.0.0.1:4222
log=/tmp/server.log server=""

prove() { # FOLDER
  # Whether there is room for what streams may grow to does not matter here.
  printf 'listen: "127.0.0.1:4222"\njetstream: {store_dir: "%s", max_file_store: 1125899906842624}\n' "$1/jetstream" \
    >/tmp/nats.conf
  nats-server --config /tmp/nats.conf >"$log" 2>&1 &
  server=$!
  until nats account info >/dev/null 2>&1; do
    if ! kill -0 "$server" 2>/dev/null; then
      date +%s
      echo "start: $(tail -n 2 "$log")"
      return
    fi
    sleep 1
  done
  wrong=$(for stream in "$1"/streams/*/; do check "${stream%/}"; done)
  date +%s
  echo "$wrong"
}

check() { # FOLDER OF A STREAM
  name=${1##*/}
  [ "$name" != '*' ] || return 0
  if ! words=$(nats stream restore "$1" --no-progress 2>&1); then
    echo "events: the stream $name did not come back: $(echo "$words" | tail -n 1)"
    return 0
  fi
  copied=$(jq .state.last_seq "$1/backup.json") back=$(nats stream info "$name" --json | jq .state.last_seq)
  [ "$copied" = "$back" ] || echo "events: the stream $name ended with event $copied, and came back with $back"
}

end() {
  kill "$server" 2>/dev/null && wait "$server"
}

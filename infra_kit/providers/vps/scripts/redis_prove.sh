#!/bin/sh
# Starts a Valkey server without a port on what was restored, and counts its keys, for `proof.sh`. Those that have ended
# since it leaves out, and counts too.
#
#   DATABASES  how many it has
set -eu

log=/tmp/server.log server=""

told() { # what the server says of itself
  valkey-cli -s /tmp/server info persistence 2>/dev/null | tr -d '\r' | sed -n "s/^$1://p"
}

prove() { # FOLDER
  valkey-server --dir "$1" --port 0 --unixsocket /tmp/server --save '' --appendonly no --databases "$DATABASES" \
    >"$log" 2>&1 &
  server=$!
  until [ "$(told loading)" = 0 ]; do
    if ! kill -0 "$server" 2>/dev/null; then
      date +%s
      echo "start: $(tail -n 2 "$log")"
      return
    fi
    sleep 1
  done
  date +%s
  copied=$(cat "$1/keys") back=$(($(told rdb_last_load_keys_loaded) + $(told rdb_last_load_keys_expired)))
  [ "$copied" = "$back" ] || echo "keys: $copied keys were copied, $back came back"
}

end() {
  kill "$server" 2>/dev/null && wait "$server"
}

#!/bin/sh
# Has Prometheus ask, judge and tell: puts files of one component into its folders and has it take them over. Runs in
# its container, any number of times. What Prometheus refuses changes nothing.
#
#   NAME      of what they belong to
#   TARGETS   whom to ask for figures; as all of these: empty, it goes
#   RULES     what is wrong when
#   MANAGERS  the Alertmanagers to tell
#   FOLDER    of all that Prometheus keeps
#   CONFIG    prometheus.yml
#   ADDRESS   of Prometheus
set -eu

# Others bring theirs meanwhile.
exec 9>"$FOLDER/brought.lock"
flock 9

put() { # FILE TEXT
  [ ! -e "$1" ] || mv "$1" "$1.before"
  [ -z "$2" ] || printf '%s\n' "$2" >"$1"
}

each() { # COMMAND, with each file
  for file in "$FOLDER/targets/$NAME.json" "$FOLDER/rules/$NAME.yml" "$FOLDER/managers/$NAME.json"; do "$1" "$file"; done
}

forget() { rm -f "$1.before"; }

back() {
  rm -f "$1"
  [ ! -e "$1.before" ] || mv "$1.before" "$1"
}

loaded() { # when it last read all of it, and liked it; one that says nothing has read nothing
  wget -q -O - "$ADDRESS/metrics" | sed -n 's/^prometheus_config_last_reload_success_timestamp_seconds //p' | grep .
}

refused() {
  each back
  printf '%s: Prometheus refuses what it is told, and goes on as before:\n%s\n' "$NAME" "$1" >&2
  exit 1
}

each forget
put "$FOLDER/targets/$NAME.json" "$TARGETS"
put "$FOLDER/rules/$NAME.yml" "$RULES"
put "$FOLDER/managers/$NAME.json" "$MANAGERS"
said=$(promtool check config "$CONFIG" 2>&1) || refused "$said"

tries=150
again() {
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || refused "it does not say that it has read it; its log says why."
  sleep 0.2
}

until before=$(loaded); do again; done
kill -HUP "$(cat "$FOLDER/pid")"
until now=$(loaded) && [ "$now" != "$before" ]; do again; done
each forget

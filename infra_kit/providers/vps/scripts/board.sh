#!/bin/sh
# Has Grafana show a dashboard, or show it no more. Runs in its container, any number of times; done when it does.
#
#   NAME      of the dashboard, which is its uid
#   BOARD     its JSON; empty, it goes
#   MARK      a text that only this version of it has
#   FOLDER    of the dashboards
#   PASSWORD  the file with that of `admin`
#   PORT      of Grafana
#   BUSYBOX   a program that has all that is needed
#   TRIES     seconds until it gives up
set -eu

file="$FOLDER/$NAME.json"

ask() { # METHOD PATH. No secret is an argument of any program's.
  {
    printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n' "$1" "$2"
    printf 'Authorization: Basic %s\r\n\r\n' "$(printf 'admin:%s' "$("$BUSYBOX" cat "$PASSWORD")" | "$BUSYBOX" base64 -w 0)"
  } | "$BUSYBOX" timeout 10 "$BUSYBOX" nc 127.0.0.1 "$PORT"
}

stands() {
  answer=$(ask GET "/api/dashboards/uid/$NAME") || return 1
  case $answer in
    *" 404 "*) [ -z "$BOARD" ] ;;
    *" 200 "*) [ -n "$BOARD" ] && case $answer in *"$MARK"*) ;; *) false ;; esac ;;
    *) false ;;
  esac
}

if [ -n "$BOARD" ]; then
  printf '%s\n' "$BOARD" >"$file.new"
  "$BUSYBOX" mv "$file.new" "$file"
else
  "$BUSYBOX" rm -f "$file"
fi

tries=${TRIES:-60}
until ask POST /api/admin/provisioning/dashboards/reload >/dev/null && stands; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then
    printf '%s: Grafana does not take this dashboard over; its log says why. It last answered: %s\n' \
      "$NAME" "$(printf '%s' "${answer:-nothing}" | "$BUSYBOX" head -n 1)" >&2
    exit 1
  fi
  "$BUSYBOX" sleep 1
done

#!/bin/sh
# Has the edge proxy serve a site: puts its Caddyfile into the proxy's volume and has Caddy take it over. Runs in the
# proxy, any number of times. A site that Caddy refuses changes nothing.
#
#   NAME    of the component
#   SITE    its Caddyfile; empty: it goes
#   SITES   the folder of all sites
#   CONFIG  the Caddyfile that imports them
set -eu

mkdir -p "$SITES"
file="$SITES/$NAME.caddy"
before=""
[ ! -e "$file" ] || before=$(cat "$file")

put() { # TEXT
  if [ -n "$1" ]; then printf '%s\n' "$1" >"$file"; else rm -f "$file"; fi
}

put "$SITE"
if ! said=$(caddy reload --config "$CONFIG" --adapter caddyfile --force 2>&1); then
  put "$before"
  printf '%s: the edge proxy refuses the site, and serves what it served before:\n%s\n' "$NAME" "$said" >&2
  exit 1
fi

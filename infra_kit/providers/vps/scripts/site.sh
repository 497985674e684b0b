#!/bin/sh
# Has the edge proxy serve a site: puts its Caddyfile into the proxy's volume and has Caddy take it over. Runs in the
# proxy, any number of times. A site that Caddy refuses changes nothing.
#
#   NAME    of the component
#   SITE    its Caddyfile, which begins with its names; empty: it goes
#   SITES   the folder of all sites
#   CONFIG  the Caddyfile that imports them
set -eu

# shellcheck disable=SC2153
mkdir -p "$SITES"
# Nothing but the volume can be written to.
before=$(mktemp -d "$SITES.XXXXXX")
trap 'rm -rf "$before"' EXIT
cp -p "$SITES"/*.caddy "$before" 2>/dev/null || true

names() { head -n 1 "$1" | tr -d '{,' | tr ' ' '\n' | grep .; }

if [ -n "$SITE" ]; then
  printf '%s\n' "$SITE" >"$SITES/$NAME.caddy"
  # A name has one holder in a program. Another file that has it too is of what was renamed, or is about to lose it.
  for other in "$SITES"/*.caddy; do
    [ "$other" = "$SITES/$NAME.caddy" ] || ! names "$other" | grep -qxF "$(names "$SITES/$NAME.caddy")" || rm "$other"
  done
else
  rm -f "$SITES/$NAME.caddy"
fi

if ! said=$(caddy reload --config "$CONFIG" --adapter caddyfile --force 2>&1); then
  rm -f "$SITES"/*.caddy
  cp -p "$before"/*.caddy "$SITES" 2>/dev/null || true
  printf '%s: the edge proxy refuses the site, and serves what it served before:\n%s\n' "$NAME" "$said" >&2
  exit 1
fi

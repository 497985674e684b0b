#!/bin/sh
# Takes a copy of a component to its repository (`repository.sh`), and thins out what is older. What is copied, and how,
# `take.sh` knows.
#
#   EVERY DAILY WEEKLY  as for `tiers.sh`
#   $1                  once: only where there is no copy yet
# shellcheck disable=SC1091,SC2154
set -eu

. /run/infra-kit/repository.sh

work=/scratch/copy log=$(mktemp) doing="" reported=""

report() { sh /run/infra-kit/report.sh "$@"; }

give_up() {
  reported=yes
  report failed "copy: $1"
  exit 1
}

end() { # CODE
  [ -z "$doing" ] || kill "$doing" 2>/dev/null || true
  rm -rf "$log" "$hold" "$work" "$work.manifest"
  [ "$1" = 0 ] || [ -n "$reported" ] || give_up "it ended with $1 before it was through"
}

trap 'end "$?"' EXIT
trap 'give_up "it was ended before it was through"' TERM INT

# One at a time: by schedule, and by hand.
exec 9>/tmp/copying
flock 9

must() { # its words go to the log of the container, and the last of them to the report
  # Aside: within a condition nothing would stop at its first failure.
  ("$@") >"$log" 2>&1 &
  doing=$! code=0
  wait "$doing" || code=$?
  doing=""
  [ "$code" != 0 ] || return 0
  cat "$log"
  give_up "$(tail -n 3 "$log" | sed -e 's/^fault: //' -e 's/^[0-9/]* [0-9:]* //')"
}

manifest() {
  exec >"$work.manifest"
  cd "$work"
  find . -type f | sed 's#^\./##' | sort | while IFS= read -r file; do
    echo "$(sha256sum "$file" | cut -d ' ' -f 1) $(wc -c <"$file") $file"
  done
  echo end
}

thin() { # a manifest goes first: what is half deleted must not look whole
  there=$(copies)
  gone=$(echo "$there" | sed 's/.*/& &/' | sh /run/infra-kit/tiers.sh)
  rclone lsf --dirs-only copies:copies | tr -d / | while read -r time; do
    if echo "$there" | grep -qxF "$time" && ! echo "$gone" | grep -qxF "$time"; then continue; fi
    rclone delete --include /manifest "copies:copies/$time"
    # 3: with the manifest, all of it is gone.
    rclone purge "copies:copies/$time" || [ $? = 3 ]
  done
  # What objects held is needed as long as one copy is there that names it.
  if [ -e /run/infra-kit/thin.sh ]; then sh /run/infra-kit/thin.sh "$work"; fi
}

report begins
must copies
there=$(cat "$log")
if [ -z "$there" ]; then
  must require_key
elif [ "${1:-}" = once ]; then
  exit 0
fi
began=$(date +%s) time=$(date -u +%Y%m%d-%H%M%S)
rm -rf "$work"
mkdir -p "$work"
must sh /run/infra-kit/take.sh "$work" "$time"
must manifest
must rclone copy "$work" "copies:copies/$time"
must rclone copyto "$work.manifest" "copies:copies/$time/manifest"
report well $(($(date +%s) - began))
must thin

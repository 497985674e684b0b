#!/bin/sh
# Refuses what a PostgreSQL server could not start or stay on, before anything of it is replaced. Changes nothing.
#
#   NAME        of the component, for messages
#   VERSION     the major version that is asked for
#   STORAGE_GB  what the disk must have for it, in GiB: free, or in use by it already
#   IMAGE       whose shell looks, as RUN_AS (uid:gid)
#   VOLUME      of Docker's, mounted at FOLDER; its data is in pgdata
set -eu

# shellcheck disable=SC2016
look='cat "$0/pgdata/PG_VERSION" 2>/dev/null || echo none; du -sk "$0" | cut -f 1; df -Pk "$0" | tail -n 1'
seen=$(docker run --rm --network none --read-only --cap-drop ALL --security-opt no-new-privileges:true \
  --user "$RUN_AS" --memory 64m --pids-limit 32 --volume "$VOLUME:$FOLDER" --entrypoint sh "$IMAGE" -c "$look" "$FOLDER")
# shellcheck disable=SC2086
set -- $seen
there=$1 used=$2 free=$6

if [ "$there" != none ] && [ "$there" != "$VERSION" ]; then
  echo "$NAME: version: $VERSION was asked for, and its data is PostgreSQL $there's, which no other major version reads." \
    "Nothing was changed. The safe way: leave version=\"$there\" here, add a second Postgres by another name with" \
    "version=\"$VERSION\", and copy the data (docs/clouds.md, A new major version)." >&2
  exit 1
fi

wanted=$((STORAGE_GB * 1048576))
if [ $((used + free)) -lt "$wanted" ]; then
  echo "$NAME: storage_gb: $STORAGE_GB was asked for, and the host's disk has $((free / 1048576)) GiB free beside the" \
    "$((used / 1048576)) GiB that it uses. Nothing was changed. Ask for less, make room, or rent a larger disk." >&2
  exit 1
fi

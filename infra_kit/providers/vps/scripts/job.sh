#!/bin/sh
# Runs a job that has no schedule, and waits for its end. Runs on the host.
#
#   NAME     of the component, for messages
#   PROGRAM  its container
#   BESIDE   the containers of its sidecars
#   TIMEOUT  seconds after which it is stopped
#   RETRIES  how often it is tried again
#   PIDS     processes of a container at most
set -eu

# shellcheck disable=SC2086
[ -z "$BESIDE" ] || docker start $BESIDE >/dev/null
# Docker limits no container that has ended. One that an earlier `up` ran has its limit.
# shellcheck disable=SC2086
[ "$(docker inspect --format '{{.HostConfig.PidsLimit}}' "$PROGRAM")" = "$PIDS" ] ||
  docker update --pids-limit "$PIDS" "$PROGRAM" $BESIDE >/dev/null

once() {
  docker start "$PROGRAM" >/dev/null
  if code=$(timeout "$TIMEOUT" docker wait "$PROGRAM"); then
    why="failed with $code"
  else
    code=124 why="was stopped: it took longer than $TIMEOUT seconds"
    docker stop "$PROGRAM" >/dev/null
  fi
  [ "$code" = 0 ]
}

tried=1
until once; do
  [ "$tried" -le "$RETRIES" ] || break
  tried=$((tried + 1))
done
# shellcheck disable=SC2086
[ -z "$BESIDE" ] || docker stop $BESIDE >/dev/null
[ "$code" != 0 ] || exit 0
echo "$NAME: the job $why, at try $tried. The end of its log:" >&2
docker logs --tail 20 "$PROGRAM" 2>&1 | cut -c 1-500 >&2
exit 1

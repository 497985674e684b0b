#!/bin/sh
# Releases a service: its new instances take over from those that serve, which go on serving if that fails. Runs on the
# host, any number of times. Whose turn is over is not stopped here: Pulumi deletes it when all else is done.
#
#   NAME       of the component, for messages
#   PROXY      the container that brings requests to instances
#   NETWORK    the Docker network that it has in common with them
#   INSTANCES  a line each: the container whose network it is, the program's container, those beside it
#   PORT, PATH_OF_HEALTH, CHECK_SECONDS, HEALTHY_AFTER, START_SECONDS   as its health says
#   STRATEGY   rolling, or blue-green
#   SMOKE_TESTS, MAX_SMOKE_PERCENT   paths, and how many may fail
#   WATCH_SECONDS, EVERY_SECONDS, MAX_FAILED, MAX_ERROR_PERCENT   how the new ones are watched; 0 seconds: not at all; no
#                                                                 percent: answers are not looked at
#   DRAIN_SECONDS   how long requests that are under way may take
#   PIDS       processes of a container at most
#   SITE       nginx's configuration: @servers@, @log@ and @version@ are filled in here
#
# Who serves, and at which port, is written down in the proxy (/tmp/serving), whose folder /tmp outlives its restarts.
set -eu

busybox=/run/infra-kit-tools/busybox
fewest_answers=20 # of twenty, one is the 5 % of seeds/000
notes=$(mktemp -d)
trap 'rm -rf "$notes"' EXIT

# This script is read from where a command would read: only `told` may.
inside() { docker exec "$PROXY" sh -c "$1" </dev/null; }
told() { docker exec --interactive "$PROXY" sh -c "$1"; }

program_of() { printf '%s\n' "$INSTANCES" | sed -n "s/^$1 \([^ ]*\).*/\1/p"; }

# Requests

port_of() { # HOST: whoever serves already listens where an earlier release said
  known=$(printf '%s\n' "$before" | sed -n "s/^$1 //p")
  printf %s "${known:-$PORT}"
}

server() { printf 'server %.12s:%s resolve' "$1" "$(port_of "$1")"; }

is_in() { # WORD WORD...
  case " $(shift && echo "$*") " in *" $1 "*) ;; *) return 1 ;; esac
}

workers() { docker top "$PROXY" | awk '/nginx: worker process/ { print $2 }'; }

# nginx looks a name up only once it has been told of it, and answers 502 as long as it knows nobody else. So who is
# coming is told of before their turn, as `down`: what was looked up outlives a reload.
serve() { # LOG HOST...: from now on, requests go to these; what was answered is written into LOG
  log=$1 servers=""
  shift
  for host; do servers="$servers $(server "$host") max_fails=1 fail_timeout=5s; $(server "$host") max_fails=0 backup;"; done
  for host in $coming; do is_in "$host" "$@" || servers="$servers $(server "$host") down;"; done
  replaced=$(workers)
  turn=$((turn + 1)) version="$(date +%s)-$$-$turn"
  printf '%s\n' "$SITE" | sed "s#@servers@#$servers#; s#@log@#$log#; s#@version@#$version#" |
    told 'cat >/tmp/site.conf && nginx -c /run/infra-kit/nginx.conf -s reload'
  tries=100
  until [ "$(inside 'wget -q -O - http://127.0.0.1:8082/' 2>/dev/null || true)" = "$version" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "$NAME: the proxy does not take its configuration over:" >&2; last_words "$PROXY"; exit 1; }
    sleep 0.1
  done
  for host; do echo "$host $(port_of "$host")"; done | told 'cat >/tmp/serving'
}

drain() { # until no request is left at those that do not serve any more; a worker takes some until it is asked to end
  tries=$((DRAIN_SECONDS * 5))
  while [ "$tries" -gt 0 ]; do
    left=$(workers) over=yes
    # shellcheck disable=SC2086
    for worker in $replaced; do ! is_in "$worker" $left || over=no; done
    [ "$over" = no ] || return 0
    tries=$((tries - 1))
    sleep 0.2
  done
}

# Whether an instance is well

address() { docker inspect --format "{{(index .NetworkSettings.Networks \"$NETWORK\").IPAddress}}" "$1"; }

ask() { # HOST PATH, from where requests come from
  docker exec "$PROXY" "$busybox" timeout "$CHECK_SECONDS" "$busybox" nc "$(address "$1")" "$PORT" \
    -e "$busybox" sh /run/infra-kit-tools/answers.sh "$2" 2>&1
}

become_well() { # HOST
  good=0 deadline=$(($(date +%s) + START_SECONDS))
  while :; do
    if said=$(ask "$1" "$PATH_OF_HEALTH"); then good=$((good + 1)); else good=0; fi
    [ "$good" -lt "$HEALTHY_AFTER" ] || break
    [ "$(docker inspect --format '{{.State.Status}}' "$(program_of "$1")")" != exited ] ||
      take_back "a new instance ended" "$1"
    [ "$(date +%s)" -lt "$deadline" ] ||
      take_back "a new instance is not well after $START_SECONDS seconds: ${said:-no answer in $CHECK_SECONDS seconds}" "$1"
    sleep 1
  done
  # Docker limits no container that is just down.
  # shellcheck disable=SC2046
  docker update --pids-limit "$PIDS" $(printf '%s\n' "$INSTANCES" | grep "^$1 ") >/dev/null
}

smoke() { # HOST...
  count=0 failed=0 what=""
  for host; do
    for path in $SMOKE_TESTS; do
      count=$((count + 1))
      said=$(ask "$host" "$path") || { failed=$((failed + 1)) what="$what; ${said:-$path does not answer}"; }
    done
  done
  [ $((100 * failed)) -le $((MAX_SMOKE_PERCENT * count)) ] ||
    take_back "$failed of $count smoke tests failed, at most $MAX_SMOKE_PERCENT % may${what}" "$1"
}

watch() { # HOST...
  end=$(($(date +%s) + WATCH_SECONDS))
  while [ "$(date +%s)" -lt "$end" ]; do
    sleep "$EVERY_SECONDS"
    for host; do
      if ask "$host" "$PATH_OF_HEALTH" >/dev/null; then rm -f "$notes/$host"; else echo >>"$notes/$host"; fi
      [ ! -e "$notes/$host" ] || [ "$(wc -l <"$notes/$host")" -lt "$MAX_FAILED" ] ||
        take_back "$MAX_FAILED health checks in a row failed while it was watched" "$host"
    done
    judge "$fewest_answers" "$1"
  done
  judge 1 "$1"
}

judge() { # FEWEST HOST
  [ -n "$MAX_ERROR_PERCENT" ] || return 0
  inside "awk '{ n++ } /^5/ { bad++ } END { print n + 0, bad + 0 }' /tmp/answers" >"$notes/answers"
  read -r answers errors <"$notes/answers"
  if [ "$answers" -ge "$1" ] && awk "BEGIN { exit !(100 * $errors > $MAX_ERROR_PERCENT * $answers) }"; then
    take_back "$errors of $answers answers were errors (5xx) while it was watched, at most $MAX_ERROR_PERCENT % may be" "$2"
  fi
}

# When it fails

last_words() { # CONTAINER
  echo "The end of its log:" >&2
  docker logs --tail 20 "$1" 2>&1 | cut -c 1-500 >&2
}

take_back() { # WHY HOST
  printf '%s: %s. ' "$NAME" "$1" >&2
  coming=""
  if [ -n "$serving" ]; then
    # shellcheck disable=SC2086
    serve off $serving
    echo "What served before goes on serving." >&2
  else
    echo "Nothing served before." >&2
  fi
  last_words "$(program_of "$2")"
  drain
  for host in $new; do docker stop "$(program_of "$host")" >/dev/null; done
  exit 1
}

before=$(inside 'cat /tmp/serving 2>/dev/null || true')
serving=$(printf '%s\n' "$before" | cut -d ' ' -f 1)
hosts=$(printf '%s\n' "$INSTANCES" | cut -d ' ' -f 1)
kept="" new="" old=""
for host in $hosts; do
  case "
$serving
" in *"
$host
"*) kept="$kept $host" ;; *) new="$new $host" ;; esac
done
for host in $serving; do
  case "
$hosts
" in *"
$host
"*) ;; *) old="$old $host" ;; esac
done

# One that an earlier release took back was stopped. It is tried again.
# shellcheck disable=SC2086
docker start $INSTANCES >/dev/null

coming=$new replaced="" turn=0
# shellcheck disable=SC2086
[ -z "$new" ] || serve off $serving

# shellcheck disable=SC2086
if [ "$STRATEGY" = blue-green ]; then
  for host in $new; do become_well "$host"; done
  [ -z "$new" ] || smoke $new
else
  there=""
  for host in $new; do
    become_well "$host"
    [ -n "$there" ] || smoke "$host"
    there="$there $host"
    old=$(printf '%s' "$old" | sed 's/^ *[^ ]*//')
    serve off $kept $there $old
  done
fi

# shellcheck disable=SC2086
if [ "$WATCH_SECONDS" -gt 0 ] && [ -n "$new" ] && [ -n "$serving" ]; then
  inside ': >/tmp/answers'
  serve '/tmp/answers answer' $hosts
  watch $new
fi
coming=""
# shellcheck disable=SC2086
serve off $hosts
drain

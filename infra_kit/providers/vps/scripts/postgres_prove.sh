#!/bin/sh
# Starts a restored database and looks at it, for `proof.sh`: that the log was replayed to its end, that each row can be
# read, and what the user's own questions are answered.
#
#   /run/infra-kit/checks.sh   the questions, as `check NAME DATABASE SQL EXPECTED`
set -eu

log=/tmp/server.log

ask() { # DATABASE SQL
  psql --no-psqlrc --username postgres --dbname "$1" -Atc "$2" 2>&1
}

check() {
  answer=$(ask "$2" "$3") || true
  [ "$answer" = "$4" ] || echo "$1: '$4' was expected, and the answer is '$answer'"
}

# One that is missing ends the log before, and nothing else would say so.
check_log() {
  if ! reached=$(ask postgres 'SELECT right(pg_walfile_name(pg_last_wal_replay_lsn()), 16)'); then
    echo "start: $reached"
    return
  fi
  newest=$(sed -n '/^[0-9A-F]\{24\}$/p' "$1/restore/listed" | tail -n 1 | cut -c 9-)
  [ "$(printf '%s\n' "$newest" "$reached" | sort | tail -n 1)" = "$reached" ] ||
    echo "missing-log: it was replayed to $reached, and goes to $newest: something between them cannot be had"
}

start() { # up to the end of the log
  pg_ctl --pgdata "$1/pgdata" --log "$log" --options "-c config_file=/run/infra-kit/postgresql.conf" \
    --no-wait start >/dev/null
  # The first second is for its file of process ids.
  sleep 1
  until pg_isready --quiet; do
    pg_ctl --pgdata "$1/pgdata" status >/dev/null || return 1
    sleep 1
  done
}

prove() { # FOLDER
  rm -f "$log"
  if ! start "$1"; then
    date +%s
    echo "start: $(sed -n 's/^.*\(FATAL\|PANIC\): *//p' "$log" | tail -n 1)"
    return
  fi
  date +%s
  check_log "$1"
  pg_dumpall --username postgres 2>"$log.rows" >/dev/null || echo "rows: $(head -n 1 "$log.rows")"
  # shellcheck source=/dev/null
  . /run/infra-kit/checks.sh
}

end() { pg_ctl --pgdata "$1/pgdata" --mode immediate stop >/dev/null 2>&1; }

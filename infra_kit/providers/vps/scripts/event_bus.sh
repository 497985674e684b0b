#!/bin/sh
# Brings the streams and consumers of a NATS server to what standard input says, through JetStream's own API
# (https://docs.nats.io/reference/reference-protocols/nats_api_reference). Runs in natsio/nats-box, any number of times.
#
# Standard input: {"url", "user", "password", "streams": [config…], "consumers": [{"stream_name", "config"}…]}
#
# Nothing that holds events is deleted. A stream that is no longer declared takes no new events and keeps what it has
# until its retention ends; the first run that finds it empty removes it. A consumer holds no events, only how far it
# got, and is deleted when it is no longer declared.
# shellcheck disable=SC2016
set -eu

wanted=$(cat)
NATS_URL=$(printf '%s' "$wanted" | jq -r .url)
NATS_USER=$(printf '%s' "$wanted" | jq -r .user)
NATS_PASSWORD=$(printf '%s' "$wanted" | jq -r .password)
export NATS_URL NATS_USER NATS_PASSWORD

ask() { # SUBJECT [BODY]
  nats request --raw --no-templates --timeout 10s "\$JS.API.$1" "${2:-}" 2>/dev/null
}

must() { # as ask; a refusal ends the script with the server's own words
  answer=$(ask "$@") || { echo "NATS did not answer $1." >&2; exit 1; }
  if printf '%s' "$answer" | jq -e 'has("error")' >/dev/null; then
    printf 'NATS refused %s: %s. Nothing that holds events was deleted.\n' \
      "$1" "$(printf '%s' "$answer" | jq -r .error.description)" >&2
    exit 1
  fi
  printf '%s' "$answer"
}

list() { # SUBJECT KEY: all pages of a list, as one array
  offset=0 all='[]'
  while :; do
    page=$(must "$1" "{\"offset\":$offset}") || exit 1
    all=$(printf '%s\n%s' "$all" "$page" | jq -s --arg key "$2" '.[0] + (.[1][$key] // [])')
    offset=$(printf '%s' "$all" | jq length)
    [ "$offset" -lt "$(printf '%s' "$page" | jq .total)" ] || break
  done
  printf '%s' "$all"
}

both() { # FILTER: of {found, wanted}
  printf '%s\n%s' "$found" "$wanted" | jq -s -r "{found: .[0], wanted: .[1]} | $1"
}

tries=30
until ask INFO | jq -e 'has("memory")' >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "NATS does not answer at its address, or JetStream is off." >&2; exit 1; }
  sleep 1
done

found=$(list STREAM.LIST streams) || exit 1

refusal=$(both '
  (.wanted.streams | map({(.name): .}) | add // {}) as $wanted
  | [.found[] | . as $old | $wanted[.config.name] // empty | . as $new
     | if $new.max_bytes > 0 and $new.max_bytes < $old.state.bytes then
         "size of \($new.max_bytes) bytes, and it holds \($old.state.bytes)"
       elif $old.state.messages > 0 and $new.max_age < $old.config.max_age
            and now - ($old.state.first_ts | sub("\\.[0-9]+"; "") | fromdate) > $new.max_age / 1e9 then
         "retention of \($new.max_age / 1e9) s, and it holds events since \($old.state.first_ts)"
       else empty end
     | "the stream \($new.name): asked for a \(.)"] | first // empty')
if [ -n "$refusal" ]; then
  echo "$refusal: what is beyond it would be deleted at once. The safe way: declare the stream by another name, with" \
    "its subjects and the new bounds; the old one then keeps its events until their own retention ends. Nothing was" \
    "changed." >&2
  exit 1
fi

# What exists comes first, so that a subject which moves to a new stream is free by then.
both '[.wanted.streams[].name] as $names | .found[] | select(.config.name | IN($names[]) | not) | .config.name' |
while read -r name; do
  config=$(both ".found[] | select(.config.name == \"$name\") | .config | .subjects = [\"_kept.$name\"] | tojson")
  if [ "$(both ".found[] | select(.config.name == \"$name\") | .state.messages")" -gt 0 ]; then
    # A stream must have a subject: this is one that nobody is allowed to publish on.
    must "STREAM.UPDATE.$name" "$config" >/dev/null
  else
    must "STREAM.DELETE.$name" >/dev/null
  fi
done
for verb in UPDATE CREATE; do
  known='[.found[].config.name] as $names | .wanted.streams[] | select(.name | IN($names[])'
  [ "$verb" = UPDATE ] || known="$known | not"
  both "$known) | tojson" | while read -r config; do
    must "STREAM.$verb.$(printf '%s' "$config" | jq -r .name)" "$config" >/dev/null
  done
done

found=$(list STREAM.LIST streams) || exit 1
both '.found[].config.name' | while read -r stream; do
  consumers=$(list "CONSUMER.LIST.$stream" consumers) || exit 1
  printf '%s' "$consumers" | jq -r '.[].name' | while read -r consumer; do
    kept=$(both ".wanted.consumers | any(.stream_name == \"$stream\" and .config.name == \"$consumer\")")
    [ "$kept" = true ] || must "CONSUMER.DELETE.$stream.$consumer" >/dev/null
  done
done
both '.wanted.consumers[] | tojson' | while read -r consumer; do
  address=$(printf '%s' "$consumer" | jq -r '"\(.stream_name).\(.config.name)"')
  must "CONSUMER.CREATE.$address" "$consumer" >/dev/null
done

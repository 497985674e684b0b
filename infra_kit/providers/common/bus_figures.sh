#!/bin/sh
# Tells once how far a bus' consumers are, as text that Prometheus reads. Runs in natsio/nats-box. Of a stream of which
# something cannot be read it says nothing at all, and ends with 1: figures that lack some would say that all is well.
#
#   $1  a file: {"url", "user", "password", "inbox", "streams": [name…], "dead": [name…]}, and "ca", the file of the
#       authority that signed the server's certificate, where it speaks TLS
set -eu

known=$(cat "$1")
said() { printf '%s' "$known" | jq -r "$1"; }
NATS_URL=$(said .url)
NATS_USER=$(said .user)
NATS_PASSWORD=$(said .password)
NATS_CA=$(said '.ca // ""')
export NATS_URL NATS_USER NATS_PASSWORD
if [ -n "$NATS_CA" ]; then export NATS_CA; fi
inbox=$(said .inbox)

ask() { # SUBJECT BODY
  nats request --raw --no-templates --timeout 5s --inbox-prefix="$inbox" "\$JS.API.$1" "$2" 2>/dev/null
}

consumers() { # STREAM: the lines `consumer how-many-wait first-that-may filter`
  offset=0 total=1
  while [ "$offset" -lt "$total" ]; do
    page=$(ask "CONSUMER.LIST.$1" "{\"offset\":$offset}") || return 1
    # In a cluster, of some it may have heard nothing; where it has no leader, it answers that, with a total of 0.
    total=$(printf '%s' "$page" | jq -e 'if .error or .missing or .offline then empty else .total end') || return 1
    # What was given up holds back what is done, and waits no more.
    printf '%s' "$page" | jq -r '.consumers[]? |
      (if .num_ack_pending > 0 then .ack_floor else .delivered end).stream_seq as $done |
      "\(.name) \(.num_pending + .num_ack_pending) \($done + 1) \(.config.filter_subject // ">")"'
    offset=$((offset + $(printf '%s' "$page" | jq '.consumers | length')))
  done
}

published() { # STREAM FIRST FILTER: when, in seconds, without a fraction; now, where what waited has ended since
  event=$(ask "STREAM.MSG.GET.$1" "{\"seq\":$2,\"next_by_subj\":\"$3\"}") || return 1
  printf '%s' "$event" |
    jq -e 'if .error.code == 404 then now | floor else .message.time | sub("\\.[0-9]+"; "") | fromdate end'
}

of_stream() { # STREAM
  listed=$(consumers "$1") || return 1
  printf '%s\n' "$listed" | while read -r consumer waiting first filter; do
    [ -n "$consumer" ] || continue
    labels="stream=\"$1\",consumer=\"$consumer\""
    age=0
    if [ "$waiting" -gt 0 ]; then
      # What cannot be read is not young.
      since=$(published "$1" "$first" "$filter") || exit 1
      age=$(($(date +%s) - since))
    fi
    echo "infra_kit_bus_waiting{$labels} $waiting"
    echo "infra_kit_bus_oldest_seconds{$labels} $age"
  done
}

of_dead() { # STREAM
  listed=$(consumers "$1") || return 1
  printf '%s\n' "$listed" | while read -r consumer waiting _; do
    [ -z "$consumer" ] || echo "infra_kit_bus_dead{consumer=\"$consumer\"} $waiting"
  done
}

lost=no

whole() { # COMMAND STREAM: what it says, if it says all
  if text=$("$@"); then printf %s "${text:+$text
}"; else lost=yes; fi
}

for stream in $(said '.streams[]'); do whole of_stream "$stream"; done
for stream in $(said '.dead[]'); do whole of_dead "$stream"; done
[ "$lost" = no ] || exit 1
echo "infra_kit_bus_up 1"

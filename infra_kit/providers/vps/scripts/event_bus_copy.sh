#!/bin/sh
# Takes of each stream of a NATS server the snapshot that NATS itself makes, with its consumers and how far they are.
# Runs in natsio/nats-box.
#
#   NATS_URL, NATS_USER, INBOX  where it is, a user that may take snapshots, and what its answers' subjects begin with
#   STREAMS                     those that have to be there: NATS starts with whatever it can read and drops the rest
#   PART                        of the component, for messages
#   /run/infra-kit/password     the user's
#   $1                          the folder
set -eu

NATS_PASSWORD=$(cat /run/infra-kit/password)
export NATS_PASSWORD
mkdir "$1/streams"
names=$(nats --inbox-prefix="$INBOX" stream ls --names --all)
for name in $STREAMS; do
  if ! echo "$names" | grep -qxF "$name"; then
    echo "fault: missing: NATS has no stream $name any more: its files are damaged, or it was deleted by hand. Earlier" \
      "copies stay, and have what it held: infra-kit restore $PART" >&2
    exit 1
  fi
done
for name in $names; do
  nats --inbox-prefix="$INBOX" stream backup "$name" "$1/streams/$name" --no-progress
done

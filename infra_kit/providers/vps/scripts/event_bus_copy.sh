#!/bin/sh
# Takes of each stream of a NATS server the snapshot that NATS itself makes, with its consumers and how far they are.
# Runs in natsio/nats-box.
#
#   NATS_URL, NATS_USER, INBOX  where it is, a user that may take snapshots, and what its answers' subjects begin with
#   /run/infra-kit/password     the user's
#   $1                          the folder
set -eu

NATS_PASSWORD=$(cat /run/infra-kit/password)
export NATS_PASSWORD
mkdir "$1/streams"
names=$(nats --inbox-prefix="$INBOX" stream ls --names --all)
for name in $names; do
  nats --inbox-prefix="$INBOX" stream backup "$name" "$1/streams/$name" --no-progress
done

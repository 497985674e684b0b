#!/bin/sh
# Has a Valkey server write down what it holds, as a replica gets it, and looks whether that is whole. Runs in Valkey's
# image.
#
#   SERVER LOGIN            its host name, and a user that may follow it
#   /run/infra-kit/password  the user's
#   $1                      the folder
set -eu

REDISCLI_AUTH=$(cat /run/infra-kit/password)
export REDISCLI_AUTH
valkey-cli --user "$LOGIN" -h "$SERVER" --rdb "$1/dump.rdb" >&2
looked=$(valkey-check-rdb "$1/dump.rdb") || { echo "$looked" | tail -n 3; exit 1; }
echo "$looked" | sed -n 's/^.* \([0-9]*\) keys read$/\1/p' >"$1/keys"

#!/bin/sh
# Starts a server with a configuration that `compose.sh` writes.
#
# $1: the template; $2: the configuration; the rest: the server
set -eu

sh /run/infra-kit/compose.sh "$1" "$2"
shift 2
# The program keeps this id.
echo $$ >/data/links/pid
exec "$@"

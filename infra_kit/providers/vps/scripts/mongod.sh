#!/bin/sh
# Starts MongoDB as one member of a replica set, so that there are transactions and change streams. Its members know each
# other by a key, which MongoDB reads from a file that nobody else may read, and files of a container are for everybody
# in it.
set -eu

umask 077
cp /run/infra-kit/key /tmp/key
exec mongod --config /run/infra-kit/mongod.conf

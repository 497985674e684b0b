#!/bin/sh
# Starts Prometheus, with the folders for what it is brought (`monitored.sh`).
#
# $1: the folder of all that it keeps; the rest: its options
set -eu

mkdir -p "$1/targets" "$1/rules" "$1/managers"
# The program keeps this id.
echo $$ >"$1/pid"
shift
exec prometheus "$@"

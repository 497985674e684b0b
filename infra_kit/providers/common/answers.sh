#!/bin/sh
# Whether a server answers 200 to 399. Standard input and output are the connection (`nc -e`); $1: the path.
# Why not wget: it follows redirects, and Debian's static one crashes with a timeout.
set -eu

printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: infra-kit\r\nConnection: close\r\n\r\n' "$1"
read -r _ status _ || status=nothing
case $status in [23][0-9][0-9]*) exit 0 ;; esac
echo "$1 answers $status" >&2
exit 1

#!/bin/sh
# Whether OpenSearch knows its users, and all that it has on its disk can be searched. Runs in its container.
set -eu
said=$(curl --silent --fail --max-time 10 --config /run/infra-kit/login http://127.0.0.1:9200/_cluster/health)
case $said in *'"status":"red"'*) exit 1 ;; esac

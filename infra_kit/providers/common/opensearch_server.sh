#!/bin/sh
# Makes a virtual machine a node of OpenSearch, and keeps it one. Runs any number of times: when the machine starts
# (`boot`), as the server (`serve`), and once a minute (`figures`).
#
#   IMAGE                 of OpenSearch, by its digest
#   DEVICE, GB            the disk that holds what is searched, and its size
#   HEAP_MB               of the heap; the rest of the machine's memory caches files
#
# Before this stands `machine.sh`.
OWN=/var/lib/infra-kit-search DATA=/mnt/disks/search
SCRIPT=$OWN/search.sh STARTS="infra-kit-search.service infra-kit-search-figures.timer"

units() {
  unit search "/usr/bin/docker stop --time 60 search"
  each_minute figures search "How OpenSearch and its machine are, as the cloud's monitoring is told it"
}

ready() { # before each start of the server
  volume
  # A disk that has grown is used as far as it goes.
  resize2fs "$DEVICE" >/dev/null 2>&1 || true
  until files opensearch.yml; do sleep 5; done
  image
  # Files are mapped into memory (https://docs.opensearch.org/latest/install-and-configure/install-opensearch/index/).
  sysctl -q -w vm.max_map_count=262144
}

serve() {
  docker rm --force search >/dev/null 2>&1 || true
  own="uid=1000,gid=1000,mode=0700"
  exec docker run --rm --name search --network host --user 1000:1000 --read-only --cap-drop ALL \
    --security-opt no-new-privileges:true --ulimit nofile=65536:65536 --pids-limit 4096 --log-driver journald \
    --tmpfs "/tmp:size=64m,$own" --tmpfs "/run/opensearch:size=64m,$own" \
    --volume "$OWN/conf:/run/infra-kit:ro" --volume "$DATA/store:/usr/share/opensearch/data" \
    --env HEAP_MB="$HEAP_MB" --entrypoint sh "$IMAGE" /run/infra-kit/opensearch.sh
}

figures() { # told to the cloud's monitoring
  {
    # Whoever is not known is told so by a 401; a server that cannot read its users answers 503 for good. Nobody is
    # between, so nobody's certificate is looked at.
    code=$(curl -sk --max-time 10 --output /dev/null --write-out '%{http_code}' https://127.0.0.1:9200) || code=000
    case $code in 200 | 401) up=1 ;; *) up=0 ;; esac
    echo "infra_kit_search_up $up"
    of_disk 100
    of_memory
  } | tell
}

"${1:-boot}"

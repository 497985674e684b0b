# What of `common/machine.sh` is Google Cloud's: Debian has Docker among its packages, and a machine's account asks for
# itself (https://cloud.google.com/compute/docs/access/authenticate-workloads).
#
#   SECRET   of Secret Manager, the version that holds what the server is told
METADATA=http://metadata.google.internal/computeMetadata/v1
SECRETS=https://secretmanager.googleapis.com/v1
MONITORING=https://monitoring.googleapis.com/v3
MOST=200 # figures that are taken at once (https://docs.cloud.google.com/monitoring/quotas)

prepare() {
  until command -v docker >/dev/null || packages; do sleep 5; done
  systemctl enable --now docker
}

packages() { # Docker starts no container where the kernel has AppArmor and its tools, which it only recommends, are away
  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    docker.io apparmor ca-certificates curl
}

value() { # of JSON, the text under a key
  sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

about() { # what the machine is told of itself; who waits for an answer would hold up all that reads
  curl -sSf --max-time 30 --header "Metadata-Flavor: Google" "$METADATA/$1"
}

asks() { # Google, as the machine's account: the token is in no list of arguments
  token=$(about instance/service-accounts/default/token | value access_token)
  printf 'Authorization: Bearer %s\n' "$token" | curl -sSf --max-time 30 --header @- "$@"
}

secret() {
  asks "$SECRETS/$SECRET:access" | value data | base64 -d
}

tell() {
  project=$(about project/project-id) id=$(about instance/id) zone=$(about instance/zone) now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  rm -f "$OWN"/told-*
  each_figure series | split -l "$MOST" - "$OWN/told-"
  for some in "$OWN"/told-*; do
    echo "{\"timeSeries\":[$(paste -s -d , "$some")]}" >"$OWN/told.json"
    asks --output /dev/null --json "@$OWN/told.json" "$MONITORING/projects/$project/timeSeries" || return 1
  done
}

series() { # this machine's own, of a consumer too
  labels=${3:+"\"consumer\":\"$3\""}
  printf '{"metric":{"type":"custom.googleapis.com/infra_kit/%s","labels":{%s}},' "$1" "$labels"
  printf '"resource":{"type":"gce_instance","labels":{"project_id":"%s","instance_id":"%s","zone":"%s"}},' \
    "$project" "$id" "${zone##*/}"
  printf '"points":[{"interval":{"endTime":"%s"},"value":{"doubleValue":%s}}]}\n' "$now" "$2"
}

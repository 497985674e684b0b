# What of `common/machine.sh` is Google Cloud's: Debian has Docker among its packages, and a machine's account asks for
# itself (https://cloud.google.com/compute/docs/access/authenticate-workloads).
#
#   SECRET   of Secret Manager, the version that holds what the server is told
TOKEN=http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token
SECRETS=https://secretmanager.googleapis.com/v1

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

secret() { # the token is in no list of arguments; who waits for an answer would hold up all that reads
  token=$(curl -sSf --max-time 30 --header "Metadata-Flavor: Google" "$TOKEN" | value access_token)
  printf 'Authorization: Bearer %s\n' "$token" |
    curl -sSf --max-time 30 --header @- "$SECRETS/$SECRET:access" | value data | base64 -d
}

#!/bin/sh
# Makes a self-signed certificate for 127.0.0.1 in a volume, unless there is one: ca.crt, weed.crt, weed.key. The key
# goes from openssl into the volume and nowhere else.
#
#   IMAGE   whose user owns the volume
#   VOLUME  of Docker's
#   FOLDER  in the volume, which is mounted at its parent
#   RUN_AS  uid:gid
set -eu

in_volume() { # SCRIPT
  docker run --rm --interactive --network none --read-only --cap-drop ALL --security-opt no-new-privileges:true \
    --user "$RUN_AS" --memory 64m --pids-limit 32 --volume "$VOLUME:${FOLDER%/*}" --entrypoint sh "$IMAGE" -c "$1"
}

if in_volume "test -s $FOLDER/ca.crt" </dev/null; then exit 0; fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /O=infra-kit \
  -addext subjectAltName=IP:127.0.0.1 -keyout /dev/stdout -out /dev/stdout 2>/dev/null |
  # One file holds both; who reads a certificate passes over the key, and the other way round.
  in_volume "umask 077 && mkdir -p $FOLDER && cd $FOLDER && cat >weed.key && grep -q CERTIFICATE weed.key &&
    grep -q 'PRIVATE KEY' weed.key && cp weed.key weed.crt && cp weed.key ca.crt"

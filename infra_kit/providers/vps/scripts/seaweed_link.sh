#!/bin/sh
# Gives a link's identity to a running SeaweedFS, or takes it away. Runs in its container, any number of times.
#
#   NAME              its access key
#   IDENTITY, POLICY  as s3.json has them; both empty: it goes
#   SECRET            its secret key
#   S3                the address of the API
set -eu

umask 077
mkdir -p /data/links
exec 9>/data/links/lock
flock 9
if [ -n "$IDENTITY" ]; then
  printf '%s\n' "$IDENTITY" >"/data/links/$NAME.identity"
  printf '%s\n' "$POLICY" >"/data/links/$NAME.policy"
else
  rm -f "/data/links/$NAME.identity" "/data/links/$NAME.policy"
fi
sh /run/infra-kit/compose.sh /run/infra-kit/s3.template /data/links/s3.json
kill -HUP "$(cat /data/links/pid)"
[ -n "$IDENTITY" ] || exit 0

answer() {
  printf 'user = "%s:%s"\naws-sigv4 = "aws:amz:us-east-1:s3"\n' "$NAME" "$SECRET" |
    curl --silent --show-error --max-time 10 --config - "$S3/" 2>&1
}

tries=50
while answer | grep -q 'InvalidAccessKeyId\|SignatureDoesNotMatch\|curl:'; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "$NAME: SeaweedFS does not take the identity over: $(answer)" >&2; exit 1; }
  sleep 0.2
done

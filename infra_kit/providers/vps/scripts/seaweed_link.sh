#!/bin/sh
# Gives a link's identity to a running SeaweedFS, or takes its keys away: it keeps an identity that its file names no
# more (4.48, MergeS3ApiConfiguration in weed/s3api/auth_credentials.go). Runs in its container, any number of times.
#
#   NAME              its access key
#   IDENTITY, POLICY  as s3.json has them; no policy: it may do nothing
#   SECRET            its secret key; empty: it has none
#   S3                the address of the API
set -eu

umask 077
mkdir -p /data/links
exec 9>/data/links/lock
flock 9
printf '%s\n' "$IDENTITY" >"/data/links/$NAME.identity"
rm -f "/data/links/$NAME.policy"
[ -z "$POLICY" ] || printf '%s\n' "$POLICY" >"/data/links/$NAME.policy"
sh /run/infra-kit/compose.sh /run/infra-kit/s3.template /data/links/s3.json
kill -HUP "$(cat /data/links/pid)"
[ -n "$SECRET" ] || exit 0

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

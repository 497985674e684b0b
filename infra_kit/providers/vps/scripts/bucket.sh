#!/bin/sh
# Brings the one bucket of a SeaweedFS server to what these variables say. Runs in its container, any number of times:
#
#   NAME        of the component, for messages
#   BUCKET      its bucket
#   VERSIONING  Enabled, or Suspended: what has versions keeps them
#   LOCK_DAYS   how long no version can be deleted; 0: no lock
#   LIFECYCLE, CORS   S3's XML; empty: none
#   PROBE       a bucket of our own with one object of the same name
#
# The secret key is in the file that curl reads: https://curl.se/docs/manpage.html#--aws-sigv4
set -eu

made=/data/bucket-made

s3() { # METHOD PATH [BODY]
  curl --silent --show-error --fail-with-body --max-time 30 --config "$CURL_CONFIG" --request "$1" \
    --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' ${3+--data-binary "$3"} "$S3/$2"
}

exists() { s3 GET '' | grep -q "<Name>$1</Name>"; }

# The gateway lists buckets before the volumes have reported to the master, and until then every object fails.
reads_back() {
  exists "$PROBE" || s3 PUT "$PROBE"
  s3 PUT "$PROBE/$PROBE" ready && [ "$(s3 GET "$PROBE/$PROBE")" = ready ]
}

tries=60
until reads_back >/dev/null 2>&1; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "$NAME: SeaweedFS keeps no objects. Last answer:" >&2; reads_back >&2 || exit 1; }
  sleep 1
done

# Once: weed starts empty where it cannot read its index, and a second bucket would hide that.
if ! exists "$BUCKET"; then
  if [ -e "$made" ]; then
    echo "$NAME: the bucket $BUCKET is gone from its store: the store's files are damaged, or it was deleted by hand." \
      "They are in the component's volume; nothing was deleted. Bring them back from a copy, or remove the file" \
      "$made in the volume to begin anew." >&2
    exit 1
  fi
  s3 PUT "$BUCKET"
fi
: >"$made"

# What cannot be read is not taken for none: that takes SeaweedFS's own word.
has() { # SETTING [CODE]: as SeaweedFS says it; the code of the error that says that there is none
  said=$(s3 GET "$BUCKET?$1=" 2>&1) || case $said in
    *"<Code>${2-}</Code>"*) ;;
    *)
      echo "$NAME: SeaweedFS does not say what $1 its bucket has, and without that nothing is set. Run infra-kit up again" \
        "once it answers. It said: $said" >&2
      return 1
      ;;
  esac
  printf '%s\n' "$said"
}

versions=$(has versioning)
case $VERSIONING$versions in
  Enabled* | *'<Status>Enabled<'*)
    s3 PUT "$BUCKET?versioning=" "<VersioningConfiguration><Status>$VERSIONING</Status></VersioningConfiguration>" ;;
esac

lock=$(has object-lock ObjectLockConfigurationNotFoundError)
locked=$(printf '%s\n' "$lock" | sed -n 's:.*<Days>\([0-9]*\)</Days>.*:\1:p')
if [ "${locked:-0}" -gt "$LOCK_DAYS" ]; then
  echo "$NAME: retention_lock is $locked days, and $LOCK_DAYS was asked for; a lock can be made longer, never shorter:" \
    "what it promised would not hold. The safe way: leave it, and add a second ObjectStore by another name for what" \
    "needs a shorter one." >&2
  exit 1
fi
if [ "$LOCK_DAYS" -gt 0 ]; then
  s3 PUT "$BUCKET?object-lock=" "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
<DefaultRetention><Mode>$LOCK_MODE</Mode><Days>$LOCK_DAYS</Days></DefaultRetention></Rule></ObjectLockConfiguration>"
fi

setting() { # NAME XML
  if [ -n "$2" ]; then s3 PUT "$BUCKET?$1=" "$2"; else s3 DELETE "$BUCKET?$1="; fi
}
setting lifecycle "$LIFECYCLE"
setting cors "$CORS"

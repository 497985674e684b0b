#!/bin/sh
# Tells the host's collector what to keep in a volume, and waits until it goes by it. Runs on the host. Standard input:
# variables and this script.
#
#   IMAGE       whose shell writes
#   VOLUME      Docker's name of the volume
#   SETTINGS    what it is told, as JSON; secrets are in it
#   GENERATION  what it says when it goes by that
#   TRIES       how often that is looked at, twice a second; 120 where it is not said
set -eu

inside() { # SCRIPT [ARGUMENT...]: in a container that has the volume at /logs
  docker run --rm --interactive --network none --read-only --cap-drop ALL --cap-add DAC_OVERRIDE --user 0 \
    --security-opt no-new-privileges:true --memory 64m --pids-limit 32 --volume "$VOLUME:/logs" --entrypoint sh \
    "$IMAGE" -c "$@"
}

# shellcheck disable=SC2016
write='umask 077 && cat >/logs/.new && mv -f /logs/.new /logs/settings.json'
printf %s "$SETTINGS" | inside "$write"

# shellcheck disable=SC2016
goes='for _ in $(seq "$2"); do grep -qs "\"generation\": \"$1\"" /logs/report.json && exit 0; sleep 0.5; done; exit 1'
inside "$goes" goes "$GENERATION" "${TRIES:-120}" </dev/null && exit 0
echo "nothing on this host gathers logs: systemctl status infra-kit-logs says why. The bootstrap installs it, with" \
  "Python 3.10 or later; with infra-kit:vps: {bootstrap: false} its owner does." >&2
exit 1

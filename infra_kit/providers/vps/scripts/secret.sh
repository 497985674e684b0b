#!/bin/sh
# Writes a secret into its volume, for its one reader. Standard input: variables and this script.
#
#   IMAGE   whose shell writes
#   VOLUME  Docker's name of the volume
#   FILE    the path in it
#   VALUE   what is written
#   READER  uid:gid
set -eu

# What is there is replaced at once, or not at all.
# shellcheck disable=SC2016
write='umask 077 && cd /secret && mkdir -p "$(dirname "$1")" && cat >.new && chmod 400 .new && mv -f .new "$1" &&
  chown -R "$2" . && find . -type d -exec chmod 500 {} +'
printf %s "$VALUE" | docker run --rm --interactive --network none --read-only --cap-drop ALL --cap-add CHOWN \
  --cap-add DAC_OVERRIDE --cap-add FOWNER --security-opt no-new-privileges:true --user 0 --memory 64m --pids-limit 32 \
  --volume "$VOLUME:/secret" --entrypoint sh "$IMAGE" -c "$write" write "$FILE" "$READER"

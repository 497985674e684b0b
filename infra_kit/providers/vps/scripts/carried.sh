#!/bin/sh
# Puts programs of an image into a container that other containers mount. Runs on the host.
#
# Standard input: the container's id, which is the image's own and never runs; the folder; the programs' paths.
set -eu

read -r container folder paths
for path in $paths; do
  docker cp --follow-link "$container:$path" - | docker cp - "$container:$folder"
done

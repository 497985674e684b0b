#!/bin/sh
# Puts programs of an image into a container that other containers mount. Runs on the host.
#
# Standard input: the container's id, which is the image's own and never runs; the folder; the programs' paths.
set -eu

read -r container folder paths
hold=$(mktemp -d)
trap 'rm -rf "$hold"' EXIT
# Not from one into the other: Docker reads nothing of a container that it is writing to.
for path in $paths; do
  docker cp --follow-link "$container:$path" "$hold"
  docker cp "$hold/${path##*/}" "$container:$folder"
done

#!/bin/sh
# Starts Grafana, with what it is provisioned with in the folders that it looks for it.
#
#   FILES       where datasource.yaml and boards.yaml are
#   BOARDS      the folder of the dashboards that it is brought (`board.sh`)
#   GF_PATHS_PROVISIONING, and all else of Grafana's own
set -eu

mkdir -p "$BOARDS" "$GF_PATHS_PROVISIONING/datasources" "$GF_PATHS_PROVISIONING/dashboards"
mkdir -p "$GF_PATHS_PROVISIONING/alerting" "$GF_PATHS_PROVISIONING/plugins"
cp "$FILES/datasource.yaml" "$GF_PATHS_PROVISIONING/datasources/infra-kit.yaml"
cp "$FILES/boards.yaml" "$GF_PATHS_PROVISIONING/dashboards/infra-kit.yaml"
exec /run.sh "$@"

#!/bin/sh
# Says for ever what infra_kit's containers use and how they are, what poolers lend, and how full Docker's disk is: as text that
# Prometheus' node_exporter reads (https://github.com/prometheus/node_exporter#textfile-collector), in the volume that
# has the label infra-kit-measures. Without such a volume nothing is measured. Runs on the host, as root: no container
# may ask Docker. Needs cgroup v2, as Debian 12 and Ubuntu 22.04 have it.
#
# $1: seconds from one to the next
set -eu

every=$1

fields='{{.State.Pid}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}'
fields="$fields {{.State.ExitCode}} {{.HostConfig.NanoCPUs}} {{.HostConfig.Memory}}"
fields="$fields {{index .Config.Labels \"component\"}} {{.Name}} {{.ID}}"

# A name is that of the part and seven random digits: `/api-instance-1-0a1b2c3`. What is only created holds files, or
# waits for its run.
# shellcheck disable=SC2016
figures='
  function say(name, value) { printf "infra_kit_container_%s{%s} %s\n", name, labels, value }
  function first(file,   line) { line = ""; getline line < file; close(file); return line }
  NF == 9 && $2 != "created" {
    part = $8; sub(/^\//, "", part); sub(/-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]$/, "", part)
    labels = "component=\"" $7 "\",part=\"" part "\",id=\"" substr($9, 1, 12) "\""
    say("well", $2 == "running" && ($3 == "healthy" || $3 == "none") ? 1 : 0)
    say("failed", $2 == "exited" && $4 != 0 || $3 == "unhealthy" ? 1 : 0)
    say("cpus", $5 / 1e9)
    say("memory_limit_bytes", $6)
    if ($2 != "running") next
    group = first("/proc/" $1 "/cgroup")
    if (group !~ /^0::/) next
    group = "/sys/fs/cgroup" substr(group, 4)
    memory = first(group "/memory.current")
    file = group "/memory.stat"
    while ((getline line < file) > 0) if (split(line, it, " ") && it[1] == "inactive_file") memory -= it[2]
    close(file)
    if (split(first(group "/cpu.stat"), it, " ") == 2) {
      say("cpu_seconds_total", it[2] / 1e6)
      say("memory_bytes", memory)
    }
  }'

# One that hangs answers as little as one that is down.
docker() { timeout 10 docker "$@"; }

reports() { # of Backups and drills, which containers wrote: two lines each, and one for each log that is shipped
  docker volume ls --quiet --filter label=infra-kit-report | while read -r volume; do
    place=$(docker volume inspect --format '{{.Mountpoint}}' "$volume")
    sed -nE -e '/^infra_kit_last_(good_seconds|run_failed)\{component="[a-z0-9-]*"\} [0-9]+$/p' \
      -e '/^infra_kit_log_shipped_seconds\{component="[a-z0-9-]*",part="[a-z0-9-]*"\} [0-9]+$/p' \
      "$place/figure.prom" "$place"/log-*.prom 2>/dev/null || true
  done
}

# Of each database, how many server connections of all roles together are lent, and how many clients wait for one.
# shellcheck disable=SC2016
lent='
  NR == 1 { for (at = 1; at <= NF; at++) column[$at] = at; next }
  NF > 1 && $1 != "pgbouncer" { used[$1] += $column["sv_active"]; waiting[$1] += $column["cl_waiting"] }
  END {
    for (database in used) {
      labels = "{component=\"" component "\",database=\"" database "\"} "
      print "infra_kit_pooler_used" labels used[database]
      print "infra_kit_pooler_waiting" labels waiting[database]
    }
  }'

pools() { # of PgBouncers, which let the user in as whom they run, however full they are
  docker ps --filter label=managed-by=infra-kit --filter 'name=-pooler-[0-9a-f]{7}$' \
    --format '{{.ID}} {{.Label "component"}}' | while read -r id component; do
    timeout 5 docker exec "$id" psql --no-psqlrc --no-align --host=/tmp --port=6432 --username=pgbouncer \
      --dbname=pgbouncer --command='SHOW POOLS' </dev/null 2>/dev/null | awk -F '|' -v component="$component" "$lent"
  done
}

measure() { # FOLDER
  {
    docker ps --all --quiet --no-trunc --filter label=managed-by=infra-kit >"$1/containers.listed" &&
      # One that has gone meanwhile fails, and the others are told all the same; where one hangs, none is.
      xargs -r sh -c 'timeout 10 docker inspect --format "$0" "$@" 2>/dev/null || [ "$?" != 124 ]' "$fields" \
        <"$1/containers.listed" >"$1/containers.seen" &&
      awk "$figures" "$1/containers.seen" &&
      reports && pools &&
      df -Pk "$1" | awk 'NR == 2 { print "infra_kit_disk_bytes " $2 * 1024; print "infra_kit_disk_used_bytes " $3 * 1024 }'
  } >"$1/containers.new" && mv "$1/containers.new" "$1/containers.prom"
}

look() {
  volume=$(docker volume ls --quiet --filter label=infra-kit-measures) && [ -n "$volume" ] &&
    place=$(docker volume inspect --format '{{.Mountpoint}}' "$volume") && folder=$place && measure "$folder"
}

folder=""
while :; do
  # Figures of a time that is over would say that all is well. Containers run on without Docker (`live-restore`).
  look || [ -z "$folder" ] || rm -f "$folder/containers.prom"
  sleep "$every" &
  wait $!
done

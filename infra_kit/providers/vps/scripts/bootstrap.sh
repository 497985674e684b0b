#!/bin/sh
# Prepares a fresh Debian (12 or later) or Ubuntu (22.04 or later) host for infra_kit: Docker, security updates, a
# firewall, fail2ban, SSH by key only, swap. Runs as root, any number of times: it changes only what differs, restarts
# only what it changed, and says each change on standard output.
#
#   DEPLOY_USER       who logs in and is to use Docker (as good as root there)
#   SSH_PORT          where sshd is reached; the port of this very connection stays open too
#   PRIVATE_ADDRESS   at which other hosts reach published data; empty: none
#   SWAP_MB           size of the swap file where the host has no swap; 0: none
#   STACK, APP, ENVIRONMENT   who the host belongs to from now on: the stack that it is named by
#   MEASURE           the script that measures what runs here
#   COLLECTOR         the program that gathers logs, as base64: an archive that Python runs
#   HOST_CPU, HOST_MEMORY_GB, HOST_DISK_GB   what the host is said to have; empty: nothing is said
#
# A host has one owner and nothing else on it: one that is in use is refused before anything is changed.
#
# Docker is the distribution's own (docker.io): its security updates come with all others, from the one source that the
# host trusts anyway. One that is there already, e.g. Docker CE, is used.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

die() { printf 'bootstrap: %s\n' "$1" >&2; exit 1; }
say() { printf 'bootstrap: %s\n' "$1"; }

# False in a chroot, and while an image is built: services are then started by the next boot.
booted() { [ -d /run/systemd/system ]; }

service() { # VERB [UNIT]
  ! booted || systemctl "$@" || die "systemctl $* failed"
}

# There while a run is under way: after one that was cut off everything counts as changed, so that nothing stays unread.
unfinished=/etc/infra-kit/unfinished

put() { # PATH MODE, its content on standard input: true if it changed
  new=$(mktemp)
  cat >"$new"
  if cmp -s "$new" "$1" && [ "$(stat -c %a "$1")" = "$2" ] && [ -z "$again" ]; then
    rm -f "$new"
    return 1
  fi
  # set -e does not count where a caller asks for the result.
  install -D -m "$2" "$new" "$1" || die "cannot write $1"
  rm -f "$new"
  say "wrote $1"
}

check_host() {
  [ "$(id -u)" = 0 ] || die "root is needed: log in as root, or as a user who may run sudo without a password."
  # shellcheck source=/dev/null
  . /etc/os-release
  case "$ID:${VERSION_ID%%.*}" in
    debian:1[2-9] | debian:[2-9]? | ubuntu:2[2-9] | ubuntu:[3-9]?) ;;
    *) die "this is $PRETTY_NAME; Debian 12 or later or Ubuntu 22.04 or later is needed." ;;
  esac
}

check_size() {
  short=$(awk -v cpu="${HOST_CPU:-0}" -v memory="${HOST_MEMORY_GB:-0}" -v disk="${HOST_DISK_GB:-0}" \
    -v has_cpu="$(nproc)" -v has_memory="$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)" \
    -v has_disk="$(df -Pk /var/lib | awk 'NR == 2 { print $2 }')" 'BEGIN {
      gib = 1048576
      if (has_cpu < cpu) printf " cpu: %g, and it has %d.", cpu, has_cpu
      # A provider counts in powers of ten, and the kernel and the file system keep some for themselves.
      if (has_memory < memory * gib * 0.9) printf " memory_gb: %g, and it has %.1f GiB.", memory, has_memory / gib
      if (has_disk < disk * gib * 0.9) printf " disk_gb: %g, and /var/lib has %.1f GiB.", disk, has_disk / gib
    }')
  [ -z "$short" ] || die "the host is smaller than infra-kit:vps: {size: …} says.$short Nothing was changed."
}

owner=/etc/infra-kit/owner

take_host() {
  if [ -e "$owner" ]; then
    grep -qxF "stack $STACK" "$owner" || die "this host belongs to another: $(paste -sd, "$owner"). It stays so, and \
nothing was changed. Name another host in infra-kit:vps: {host: …}; or, where that stack is gone for good, give the \
host free: rm $owner"
  else
    refuse_what_is_in_use
  fi
  put "$owner" 644 <<WHO || true
stack $STACK
app $APP
environment $ENVIRONMENT
WHO
}

refuse_what_is_in_use() {
  command -v ss >/dev/null || install_now iproute2
  used=$(ss --no-header --tcp --listening --numeric --processes '( sport = :80 or sport = :443 )' |
    sed -n '/"docker/!s/.*:\(80\|443\) .*users:((\("[^"]*"\).*/ \2 at \1/p' | sort -u | paste -sd, )
  if command -v docker >/dev/null && booted; then
    listed=$(docker ps --all --format '{{.Label "managed-by"}} {{.Names}}') ||
      die "Docker is installed here and does not answer, so nobody knows what it runs. Nothing was changed. Start it."
    strangers=$(printf '%s\n' "$listed" | sed -n '/^infra-kit /!s/^.* //p' | paste -sd ' ')
  fi
  [ -z "$used${strangers:-}" ] || die "this host is in use already: \
${used:+listening:$used. }${strangers:+Docker containers: $strangers. }infra_kit wants a host of its own: its firewall \
and its edge would cut that off. Nothing was changed. Take another host, remove what is there, or say \
infra-kit:vps: {bootstrap: false} and prepare the host yourself."
}

missing() { # PACKAGE...
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf ' %s' "$package"
  done
}

install_packages() {
  wanted=$(missing apparmor busybox-static ca-certificates fail2ban nftables openssl python3 python3-systemd unattended-upgrades)
  command -v dockerd >/dev/null || wanted="$wanted docker.io"
  [ -z "$wanted" ] || install_now "$wanted"
}

install_now() { # PACKAGES
  apt-get update -q -o DPkg::Lock::Timeout=300 >&2
  packages=$1
  # Debian 13 ships Docker's client by itself.
  case $packages in *docker.io*) ! apt-cache show docker-cli >/dev/null 2>&1 || packages="$packages docker-cli" ;; esac
  # shellcheck disable=SC2086
  apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 $packages >&2
  say "installed $(echo "$packages" | xargs)"
}

# https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file; CIS Docker 2.2, 2.14, 2.15, 2.16. Docker's own
# pools hold about thirty networks, and each workload and each link has some: these hold thousands.
configure_docker() {
  config=/etc/docker/daemon.json
  [ ! -e "$config" ] || [ -e "$config.before-infra-kit" ] || cp -p "$config" "$config.before-infra-kit"
  if put "$config" 644 <<'JSON'; then
{
  "default-address-pools": [{"base": "172.16.0.0/12", "size": 24}],
  "icc": false,
  "ip": "127.0.0.1",
  "live-restore": true,
  "log-driver": "json-file",
  "log-opts": {"max-file": "3", "max-size": "10m"},
  "no-new-privileges": true,
  "userland-proxy": false
}
JSON
    service restart docker.service
  fi
  if [ "$DEPLOY_USER" != root ] && ! id -nG "$DEPLOY_USER" | tr ' ' '\n' | grep -qx docker; then
    usermod -aG docker "$DEPLOY_USER"
    say "added $DEPLOY_USER to the group docker"
  fi
}

# Docker starts no container with the restart policy on-failure after a reboot; and it counts a container's failures
# over its whole life, until somebody starts it: after the fifth it stays down.
start_containers() {
  put /usr/local/sbin/infra-kit-start-containers 755 <<'SH' || true
#!/bin/sh
# Starts infra_kit's servers: `all` that stand still, or those that `failed` until Docker gave them up. One that was
# stopped by hand stays so until Docker itself starts anew. What never runs (it holds files) has no restart policy.
set -eu
gave_up='{{if .State.ExitCode}}{{if ge .RestartCount .HostConfig.RestartPolicy.MaximumRetryCount}}failed{{end}}{{end}}'
status=0
for id in $(docker ps --all --quiet --filter label=managed-by=infra-kit --filter status=exited); do
  case "$1 $(docker inspect --format "{{.HostConfig.RestartPolicy.Name}} $gave_up" "$id")" in
    "all on-failure"* | "failed on-failure failed") docker start "$id" || status=1 ;;
  esac
done
exit "$status"
SH
  if put /etc/systemd/system/infra-kit-retry.service 644 <<'UNIT'; then
[Unit]
Description=Containers of infra_kit that Docker gave up
After=docker.service

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/infra-kit-start-containers failed
UNIT
    service daemon-reload
  fi
  if put /etc/systemd/system/infra-kit-retry.timer 644 <<'UNIT'; then
[Unit]
Description=Another five tries for the containers of infra_kit that Docker gave up

[Timer]
OnActiveSec=5min
OnUnitInactiveSec=5min

[Install]
WantedBy=timers.target
UNIT
    service daemon-reload
    systemctl --quiet enable infra-kit-retry.timer
    service restart infra-kit-retry.timer
  fi
  if put /etc/systemd/system/infra-kit-containers.service 644 <<'UNIT'; then
[Unit]
Description=Containers of infra_kit
After=docker.service network-online.target
Wants=network-online.target
Requires=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/infra-kit-start-containers all

[Install]
WantedBy=multi-user.target
UNIT
    service daemon-reload
    systemctl --quiet enable infra-kit-containers.service
    service restart infra-kit-containers.service
  fi
}

# Docker looks at the health of a container, and does nothing about it.
restart_unhealthy() {
  put /usr/local/sbin/infra-kit-restart-unhealthy 755 <<'SH' || true
#!/bin/sh
# Starts instances of services again that have become unhealthy.
set -eu
docker ps --quiet --filter health=unhealthy --filter label=infra-kit-if-unhealthy=restart | xargs -r docker restart
docker events --filter event=health_status --filter label=infra-kit-if-unhealthy=restart \
  --format '{{.Actor.ID}} {{.Action}}' | while read -r container status; do
  case $status in *unhealthy*) docker restart "$container" || true ;; esac
done
SH
  if put /etc/systemd/system/infra-kit-unhealthy.service 644 <<'UNIT'; then
[Unit]
Description=Unhealthy instances of infra_kit's services
After=docker.service

[Service]
ExecStart=/usr/local/sbin/infra-kit-restart-unhealthy
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
    service daemon-reload
    systemctl --quiet enable infra-kit-unhealthy.service
    service restart infra-kit-unhealthy.service
  fi
}

measure_containers() {
  if put /usr/local/sbin/infra-kit-measure 755 <<SH; then
$MEASURE
SH
    changed=yes
  fi
  if put /etc/systemd/system/infra-kit-measure.service 644 <<'UNIT'; then
[Unit]
Description=What containers of infra_kit use
After=docker.service

[Service]
ExecStart=/usr/local/sbin/infra-kit-measure 15
Nice=10
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
    changed=yes
    service daemon-reload
    systemctl --quiet enable infra-kit-measure.service
  fi
  [ -z "${changed:-}" ] || service restart infra-kit-measure.service
}

# It keeps, in the volumes that have the label infra-kit-logs, what containers say; without one it keeps nothing. No
# container is given Docker's socket or the folder of all logs for it.
gather_logs() {
  gathers=""
  collector=$(mktemp)
  printf '%s' "$COLLECTOR" | base64 -d >"$collector"
  if put /usr/local/lib/infra-kit/logs.pyz 644 <"$collector"; then gathers=yes; fi
  rm -f "$collector"
  if put /etc/systemd/system/infra-kit-logs.service 644 <<'UNIT'; then
[Unit]
Description=Logs of infra_kit's containers
After=docker.service

[Service]
ExecStart=/usr/bin/python3 -I /usr/local/lib/infra-kit/logs.pyz
Nice=10
MemoryMax=256M
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=full
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT
    gathers=yes
    service daemon-reload
    systemctl --quiet enable infra-kit-logs.service
  fi
  [ -z "$gathers" ] || service restart infra-kit-logs.service
}

# No reboot by itself: on one host that is a downtime, and its owner's to choose. /run/reboot-required says when.
configure_updates() {
  if put /etc/apt/apt.conf.d/52infra-kit 644 <<'APT'; then
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
APT::Periodic::AutocleanInterval "7";
Unattended-Upgrade::Automatic-Reboot "false";
Unattended-Upgrade::Remove-Unused-Dependencies "true";
APT
    service restart unattended-upgrades.service
  fi
}

# Docker lets published ports in before any rule on `input` sees them (ufw's too), so there is a chain on `forward`: of
# what is published only 80 and 443 are reached, and on the private address what is published there. The table is one
# of its own: loading it touches neither Docker's rules nor anybody else's.
configure_firewall() {
  own=${SSH_CONNECTION:-}
  ports=$(printf '%s\n' "$SSH_PORT" "${own##* }" | grep -E '^[0-9]+$' | sort -nu | paste -sd,)
  private=""
  [ -z "$PRIVATE_ADDRESS" ] || private="ct original ip daddr $PRIVATE_ADDRESS accept"
  if put /etc/infra-kit/firewall.nft 600 <<NFT; then
table inet infra_kit
delete table inet infra_kit
table inet infra_kit {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "lo" accept
    meta l4proto { icmp, ipv6-icmp } accept
    udp sport 67 udp dport 68 accept
    udp dport 546 accept
    tcp dport { $ports } accept
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    iifname "docker0" accept
    iifname "br-*" accept
    oifname "docker0" jump published
    oifname "br-*" jump published
  }
  chain published {
    meta l4proto tcp ct original proto-dst { 80, 443 } accept
    $private
    drop
  }
}
NFT
    reload=yes
  fi
  if put /etc/systemd/system/infra-kit-firewall.service 644 <<'UNIT'; then
[Unit]
Description=Firewall of infra_kit
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/infra-kit/firewall.nft
ExecReload=/usr/sbin/nft -f /etc/infra-kit/firewall.nft

[Install]
WantedBy=sysinit.target
UNIT
    service daemon-reload
    systemctl --quiet enable infra-kit-firewall.service
    reload=yes
  fi
  [ -z "${reload:-}" ] || ! booted || systemctl restart infra-kit-firewall.service
}

configure_fail2ban() {
  if put /etc/fail2ban/jail.d/infra-kit.local 644 <<INI; then
[sshd]
enabled = true
backend = systemd
port = $SSH_PORT
banaction = nftables
maxretry = 5
findtime = 10m
bantime = 1h
INI
    service restart fail2ban.service
  fi
}

# Each of Pulumi's steps is a connection of its own, and many run at once: sshd's default drops some beyond ten.
configure_ssh() {
  config=/etc/ssh/sshd_config.d/10-infra-kit.conf
  command -v sshd >/dev/null || return 0
  if put "$config" 644 <<'SSHD'; then
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
X11Forwarding no
MaxAuthTries 4
MaxStartups 100:30:200
MaxSessions 100
SSHD
    mkdir -p /run/sshd
    said=$(sshd -t 2>&1) || { rm -f "$config"; die "sshd refuses its new configuration, which was taken back: $said"; }
    service try-reload-or-restart ssh.service
  fi
}

# For the host: infra_kit's containers have none.
add_swap() {
  if [ "$SWAP_MB" -eq 0 ] || [ -n "$(swapon --show --noheadings)" ] || [ -e /swapfile ] || ! booted; then return 0; fi
  fallocate -l "${SWAP_MB}M" /swapfile
  chmod 600 /swapfile
  mkswap /swapfile >/dev/null
  swapon /swapfile
  grep -q '^/swapfile ' /etc/fstab || echo '/swapfile none swap sw 0 0' >>/etc/fstab
  say "made $SWAP_MB MiB of swap"
}

# overcommit: https://valkey.io/topics/admin/
configure_kernel() {
  if put /etc/sysctl.d/60-infra-kit.conf 644 <<'SYSCTL'; then
net.core.somaxconn = 4096
vm.overcommit_memory = 1
vm.swappiness = 10
SYSCTL
    ! booted || sysctl --quiet --load /etc/sysctl.d/60-infra-kit.conf
  fi
}

check_host
check_size
again=""
[ ! -e "$unfinished" ] || again=yes
take_host
: >"$unfinished"
install_packages
configure_updates
configure_kernel
add_swap
configure_ssh
configure_firewall
configure_fail2ban
configure_docker
start_containers
restart_unhealthy
measure_containers
gather_logs
rm -f "$unfinished"
[ ! -e /run/reboot-required ] || say "the host asks for a reboot: /run/reboot-required"

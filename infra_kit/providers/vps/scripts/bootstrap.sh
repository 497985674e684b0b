#!/bin/sh
# Prepares a fresh Debian (12 or later) or Ubuntu (22.04 or later) host for infra_kit: Docker, security updates, a
# firewall, fail2ban, SSH by key only, swap. Runs as root, any number of times: it changes only what differs, restarts
# only what it changed, and says each change on standard output.
#
#   DEPLOY_USER       who logs in and is to use Docker (as good as root there)
#   SSH_PORT          where sshd is reached; the port of this very connection stays open too
#   PRIVATE_ADDRESS   at which other hosts reach published data; empty: none
#   SWAP_MB           size of the swap file where the host has no swap; 0: none
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

missing() { # PACKAGE...
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf ' %s' "$package"
  done
}

install_packages() {
  wanted=$(missing apparmor ca-certificates fail2ban nftables openssl python3-systemd unattended-upgrades)
  command -v dockerd >/dev/null || wanted="$wanted docker.io"
  [ -n "$wanted" ] || return 0
  apt-get update -q -o DPkg::Lock::Timeout=300 >&2
  # Debian 13 ships Docker's client by itself.
  command -v docker >/dev/null || ! apt-cache show docker-cli >/dev/null 2>&1 || wanted="$wanted docker-cli"
  # shellcheck disable=SC2086
  apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 $wanted >&2
  say "installed$wanted"
}

# https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file; CIS Docker 2.2, 2.14, 2.15, 2.16.
configure_docker() {
  config=/etc/docker/daemon.json
  [ ! -e "$config" ] || [ -e "$config.before-infra-kit" ] || cp -p "$config" "$config.before-infra-kit"
  if put "$config" 644 <<'JSON'; then
{
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

# Docker starts no container with the restart policy on-failure after a reboot.
start_containers_at_boot() {
  put /usr/local/sbin/infra-kit-start-containers 755 <<'SH' || true
#!/bin/sh
# Starts infra_kit's servers after a reboot; what never runs (it holds files) has no restart policy.
set -eu
status=0
for id in $(docker ps --all --quiet --filter label=managed-by=infra-kit --filter status=exited); do
  [ "$(docker inspect --format '{{.HostConfig.RestartPolicy.Name}}' "$id")" = on-failure ] || continue
  docker start "$id" || status=1
done
exit "$status"
SH
  if put /etc/systemd/system/infra-kit-containers.service 644 <<'UNIT'; then
[Unit]
Description=Containers of infra_kit
After=docker.service network-online.target
Wants=network-online.target
Requires=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/infra-kit-start-containers

[Install]
WantedBy=multi-user.target
UNIT
    service daemon-reload
    systemctl --quiet enable infra-kit-containers.service
  fi
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
again=""
[ ! -e "$unfinished" ] || again=yes
mkdir -p "${unfinished%/*}"
: >"$unfinished"
install_packages
configure_updates
configure_kernel
add_swap
configure_ssh
configure_firewall
configure_fail2ban
configure_docker
start_containers_at_boot
rm -f "$unfinished"
[ ! -e /run/reboot-required ] || say "the host asks for a reboot: /run/reboot-required"

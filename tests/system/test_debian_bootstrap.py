"""The bootstrap of a VPS in a fresh Debian, and its firewall between real network namespaces.

Needs root (or sudo) and the packages `debootstrap`, `iproute2` and `nftables`. No service runs in a chroot: what is
tested is that the script comes to its end, that a second run changes nothing, and that each program takes its file.
"""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Environment
from infra_kit.providers.vps.bootstrap import told
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import HostSize, VpsSettings
from infra_kit.target import ResolvedTarget
from tests.system.wire import Wire, sh

HOST = VpsSettings(
    host="vps-1.example.com",
    host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey",
    user="deploy",
    port=2222,
    private_address="192.168.7.2",
)
TARGET = ResolvedTarget(
    name="vps", environment=Environment.PRODUCTION, app="shop", tags={}, settings=HOST, accepted_gaps={}
)
OWNER = "/etc/infra-kit/owner"
RELEASE = "bookworm"


KNOWN = ("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "SSH_CONNECTION=198.51.100.1 50000 203.0.113.7 22")


class FreshDebian:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *command: str, stdin: str = "") -> str:
        return sh("chroot", str(self.folder), "env", "-i", *KNOWN, *command, stdin=stdin).stdout

    def bootstrap(self, **said: Any) -> list[str]:
        """What it says that it changed."""
        done = self._run(**said)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.splitlines()

    def refuses(self, **said: Any) -> str:
        """Why it does not come to its end, and that it changed nothing."""
        done = self._run(**said)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr

    def _run(
        self, *, stack: str = "acme/shop/production", inside: Sequence[str] = (), **changes: Any
    ) -> subprocess.CompletedProcess[str]:
        """`inside` puts it into other namespaces; `changes` are those of the settings."""
        target = dataclasses.replace(TARGET, settings=HOST.model_copy(update=changes))
        stdin = told(target, stack) + script("bootstrap.sh")
        return sh(*inside, "chroot", str(self.folder), "env", "-i", *KNOWN, "sh", "-s", stdin=stdin, check=False)

    def read(self, path: str) -> str:
        return sh("cat", f"{self.folder}{path}").stdout


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshDebian]:
    folder = tmp_path_factory.mktemp("debian")
    sh(
        "debootstrap",
        "--variant=minbase",
        "--include=ca-certificates,iproute2,openssh-server,systemd-sysv",
        RELEASE,
        str(folder),
    )
    sh("tee", f"{folder}/usr/sbin/policy-rc.d", stdin="#!/bin/sh\nexit 101\n")
    sh("chmod", "755", f"{folder}/usr/sbin/policy-rc.d")
    sh("cp", "/etc/resolv.conf", f"{folder}/etc/resolv.conf")
    fresh = FreshDebian(folder)
    fresh("useradd", "--create-home", "deploy")
    sh("mount", "-t", "proc", "proc", f"{folder}/proc")
    yield fresh
    sh("umount", f"{folder}/proc")
    sh("rm", "-rf", "--one-file-system", str(folder))


@pytest.fixture(scope="module")
def first(debian: FreshDebian) -> list[str]:
    return debian.bootstrap()


def test_the_first_run_says_what_it_did(first: list[str]) -> None:
    said = "\n".join(first)
    for did in ("docker.io", "fail2ban", "unattended-upgrades", "wrote /etc/docker/daemon.json", "deploy to the group"):
        assert did in said


@pytest.mark.usefixtures("first")
def test_the_second_run_changes_nothing(debian: FreshDebian) -> None:
    assert debian.bootstrap() == []


@pytest.mark.usefixtures("first")
def test_after_a_run_that_was_cut_off_everything_counts_as_changed(debian: FreshDebian) -> None:
    sh("touch", f"{debian.folder}/etc/infra-kit/unfinished")

    assert "bootstrap: wrote /etc/docker/daemon.json" in debian.bootstrap()
    assert debian.bootstrap() == []


@pytest.mark.usefixtures("first")
def test_what_was_changed_by_hand_is_brought_back(debian: FreshDebian) -> None:
    sh("tee", "-a", f"{debian.folder}/etc/ssh/sshd_config.d/10-infra-kit.conf", stdin="PasswordAuthentication yes\n")

    assert debian.bootstrap() == ["bootstrap: wrote /etc/ssh/sshd_config.d/10-infra-kit.conf"]


@pytest.mark.usefixtures("first")
def test_each_program_takes_its_file(debian: FreshDebian) -> None:
    ssh = debian("sshd", "-T")
    docker = json.loads(debian.read("/etc/docker/daemon.json"))

    assert "passwordauthentication no" in ssh
    assert (docker["live-restore"], docker["userland-proxy"], docker["icc"]) == (True, False, False)
    assert "OK" in debian("fail2ban-client", "-t")
    services = ("containers", "firewall", "logs", "measure", "unhealthy")
    debian("systemd-analyze", "verify", *(f"infra-kit-{it}.service" for it in services), "infra-kit-retry.timer")


@pytest.mark.usefixtures("first")
def test_the_services_start_with_the_host(debian: FreshDebian) -> None:
    units = (
        *("docker", "fail2ban", "unattended-upgrades"),
        *(
            "infra-kit-containers",
            "infra-kit-firewall",
            "infra-kit-logs",
            "infra-kit-measure",
            "infra-kit-unhealthy",
            "infra-kit-retry.timer",
        ),
    )

    assert debian("systemctl", "is-enabled", *units).split() == ["enabled"] * len(units)


@pytest.mark.usefixtures("first")
def test_the_port_that_we_came_by_stays_open(debian: FreshDebian) -> None:
    assert "tcp dport { 22,2222 } accept" in debian.read("/etc/infra-kit/firewall.nft")


# Whose the host is


@pytest.fixture
def unowned(debian: FreshDebian) -> Iterator[None]:
    """A host that belongs to nobody yet."""
    owner = f"{debian.folder}{OWNER}"
    sh("mkdir", "-p", f"{debian.folder}/etc/infra-kit")
    sh("mv", owner, f"{owner}.kept", check=False)
    yield
    assert sh("test", "-e", owner, check=False).returncode == 1, "it was taken"
    sh("mv", f"{owner}.kept", owner, check=False)


@pytest.mark.usefixtures("first")
def test_a_host_belongs_to_the_stack_that_came_first_whatever_becomes_of_its_environment(debian: FreshDebian) -> None:
    why = debian.refuses(stack="acme/other/production")

    assert "belongs to another: stack acme/shop/production,app shop,environment production" in why
    assert f"rm {OWNER}" in why
    assert debian.read(OWNER).startswith("stack acme/shop/production\n")


@pytest.mark.usefixtures("unowned")
def test_a_host_where_something_else_has_the_edges_ports_is_refused(debian: FreshDebian, wire: Wire) -> None:
    wire.listen("host", 443, 8080)

    why = debian.refuses(inside=["ip", "netns", "exec", wire.names["host"]])

    assert re.search(r"in use already: listening: \"python[0-9.]*\" at 443\. infra_kit wants a host of its own", why)


@pytest.mark.usefixtures("unowned")
def test_a_host_with_containers_of_somebody_elses_is_refused(debian: FreshDebian) -> None:
    docker = f"{debian.folder}/usr/sbin/docker"
    sh("mkdir", "-p", f"{debian.folder}/run/systemd/system")  # as a host that is up
    try:
        sh("tee", docker, stdin="#!/bin/sh\nprintf 'infra-kit db-server\\n wordpress\\nother mysql\\n'\n")
        sh("chmod", "755", docker)
        why = debian.refuses()
        sh("tee", docker, stdin="#!/bin/sh\nexit 1\n")
        silent = debian.refuses()
    finally:
        sh("rm", "-rf", docker, f"{debian.folder}/run/systemd/system")

    assert "in use already: Docker containers: wordpress mysql. " in why
    assert "Docker is installed here and does not answer" in silent


def test_a_host_that_is_smaller_than_said_is_refused_with_figures(debian: FreshDebian) -> None:
    why = debian.refuses(size=HostSize(cpu=512, memory_gb=99_999, disk_gb=1))

    assert re.search(r"cpu: 512, and it has \d+\. memory_gb: 99999, and it has [0-9.]+ GiB\. Nothing was changed", why)


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    wire.lay()
    yield wire
    wire.cut()


@pytest.mark.usefixtures("first")
def test_of_what_is_published_only_the_edge_is_reached_from_outside(debian: FreshDebian, wire: Wire) -> None:
    ports = (22, 80, 443, 2222, 5432, 6379, 8333)
    wire.listen("inside", 80, 443, 5432, 6379, 8333)
    wire.listen("host", 22, 2222, 9000)
    wire.publish(80, 443, 5432, 6379, 8333)
    assert wire.reaches([*ports, 9000]) == [*ports, 9000]

    wire.on("host", "nft", "-f", f"{debian.folder}/etc/infra-kit/firewall.nft")

    assert wire.reaches([*ports, 9000]) == [22, 80, 443, 2222]


@pytest.mark.usefixtures("first")
def test_the_firewall_loads_again_over_itself_and_leaves_dockers_rules_alone(debian: FreshDebian, wire: Wire) -> None:
    wire.publish(80)
    wire.listen("inside", 80)

    for _ in range(2):
        wire.on("host", "nft", "-f", f"{debian.folder}/etc/infra-kit/firewall.nft")

    assert wire.reaches([80]) == [80]

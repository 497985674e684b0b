"""`infra-kit doctor` asks a VPS for its Docker: OpenSSH's server, and a Docker daemon of the test's own.

Needs root (or sudo) and the packages `openssh-server`, `docker.io` and `busybox-static`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.planning import daemons
from infra_kit.planning.asking import Answer
from tests.system.docker_daemon import ROOT, Docker, daemon
from tests.system.ssh_host import Host


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    with daemon(tmp_path_factory.mktemp("docker")) as it:
        yield it


@pytest.fixture(scope="module")
def host(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    subprocess.run([*ROOT, "mkdir", "-p", "/run/sshd"], check=True)
    it = Host(tmp_path_factory.mktemp("sshd"), docker)
    try:
        yield it
    finally:
        it.end()


def test_the_docker_of_a_host_is_found_with_its_version(host: Host, docker: Docker) -> None:
    answer = daemons.on(host.settings(), os.environ)
    assert answer == Answer(docker("version", "--format", "{{.Server.Version}}"))


def test_a_host_that_shows_another_key_is_not_spoken_to(host: Host) -> None:
    answer = daemons.on(host.settings(key="user.pub"), os.environ)
    assert answer.said == "Host key verification failed."
    assert answer.mend.startswith(f"ssh-keyscan -t ed25519 -p {host.port} 127.0.0.1")


def test_a_host_that_does_not_let_us_in_is_told_with_how_to_put_the_key_there(host: Host, tmp_path: Path) -> None:
    key = tmp_path / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    answer = daemons.on(host.settings(key_file=str(key)), os.environ)
    assert "Permission denied (publickey" in answer.said
    assert answer.mend.startswith(f"ssh-copy-id -i {key} -p {host.port} ")


def test_the_docker_of_this_machine_is_found_where_it_answers(docker: Docker, tmp_path: Path) -> None:
    there = daemons.here(docker.environment)
    assert there.found == docker("version", "--format", "{{.Server.Version}}")
    gone = daemons.here({**docker.environment, "DOCKER_HOST": f"unix://{tmp_path}/none"})
    assert not gone.found
    assert gone.said.startswith("Cannot connect to the Docker daemon")
    assert gone.mend.endswith("systemctl start docker")

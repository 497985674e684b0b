"""`infra-kit connect` to a VPS: OpenSSH's server, a Docker daemon of the test's own, and a console in a container.

Needs root (or sudo) and the packages `openssh-server`, `docker.io` and `busybox-static`.
"""

from __future__ import annotations

import getpass
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_kit import Environment, Service, Target
from infra_kit.engine.connect import reached, run
from infra_kit.errors import TunnelError
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import record
from tests.awaiting import until
from tests.system.docker_daemon import ROOT, Docker, daemon, image
from tests.unit.tunnels import state

SSHD = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
PasswordAuthentication no
SetEnv DOCKER_HOST=unix://{docker}/socket
"""


class Host:
    """The VPS: this machine, reached by SSH."""

    def __init__(self, folder: Path, docker: Docker) -> None:
        self.folder = folder
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        file = folder / "sshd_config"
        file.write_text(SSHD.format(port=self.port, folder=folder, docker=docker.folder))
        self.server = subprocess.Popen([*ROOT, "/usr/sbin/sshd", "-D", "-e", "-f", str(file)], stderr=subprocess.PIPE)
        until(self.answers, 60, lambda: "sshd does not answer")

    def answers(self) -> bool:
        with socket.socket() as it:
            return it.connect_ex(("127.0.0.1", self.port)) == 0

    def state(self, key: str = "host.pub") -> dict[str, Any]:
        settings = VpsSettings(
            host="127.0.0.1",
            port=self.port,
            user=getpass.getuser(),
            host_key=" ".join((self.folder / key).read_text().split()[:2]),
            key_file=str(self.folder / "user"),
            bootstrap=False,
        )
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=settings)
        return state(record(lambda: Service("admin", target=target, image="admin:1", port=80)))

    def sessions(self) -> list[str]:
        """The processes of whoever is logged in."""
        found = subprocess.run(["pgrep", "-P", str(self.server.pid)], capture_output=True, text=True, check=False)
        return found.stdout.split()

    def end(self) -> None:
        subprocess.run([*ROOT, "kill", str(self.server.pid)], check=True)
        self.server.wait(timeout=30)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("docker")
    subprocess.run([*ROOT, "mkdir", "-p", "/run/sshd"], check=True)
    with daemon(folder) as docker:
        files = image(folder, programs=("httpd", "sh"), owned=["www"], files={"www/index.html": "the console"})
        docker("import", "-", docker.IMAGE, stdin=files)
        docker("network", "create", "--internal", "link")
        named = ["--name=admin-proxy-id", "--network=link"]
        docker("run", "--detach", *named, docker.IMAGE, "httpd", "-f", "-p", "8080", "-h", "/www")
        it = Host(tmp_path_factory.mktemp("sshd"), docker)
        try:
            yield it
        finally:
            it.end()


def test_a_console_that_no_port_is_published_of_opens_on_this_machine_and_closes_again(host: Host) -> None:
    with reached(host.state(), "admin", None, print) as (found, _):
        url = found.fields["url"]
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/index.html").text == "the console"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    until(lambda: not host.sessions(), 60, lambda: f"still logged in: {host.sessions()}")


def test_a_command_uses_it_by_its_variables(host: Host) -> None:
    asks = "import httpx, os, sys; sys.exit(httpx.get(os.environ['ADMIN_URL'] + '/index.html').text != 'the console')"
    with reached(host.state(), "admin", None, print) as (found, _):
        assert run(found, [sys.executable, "-c", asks]) == 0


def test_a_way_that_breaks_is_told(host: Host) -> None:
    with reached(host.state(), "admin", None, print) as (_, wait):
        assert wait
        subprocess.run([*ROOT, "kill", *host.sessions()], check=True)
        with pytest.raises(TunnelError, match="ssh -N"):
            wait()


def test_another_host_is_never_spoken_to(host: Host) -> None:
    with (
        pytest.raises(TunnelError, match="Host key verification failed"),
        reached(host.state(key="user.pub"), "admin", None, print),
    ):
        pass

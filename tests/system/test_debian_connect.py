"""`infra-kit connect` to a VPS: OpenSSH's server, a Docker daemon of the test's own, and a console in a container.

Needs root (or sudo) and the packages `openssh-server`, `docker.io` and `busybox-static`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from infra_kit.engine.connect import reached, run
from infra_kit.errors import ToolError, TunnelError
from tests.awaiting import until
from tests.system.docker_daemon import ROOT, daemon, image
from tests.system.ssh_host import Host


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
        until(lambda: len(host.sessions()) == 1, why=lambda: str(host.sessions()))
        subprocess.run([*ROOT, "kill", *host.sessions()], check=True)
        with pytest.raises(TunnelError, match="ssh -N"):
            wait()


def test_another_host_is_never_spoken_to(host: Host) -> None:
    with (
        pytest.raises(ToolError, match="Host key verification failed"),
        reached(host.state(key="user.pub"), "admin", None, print),
    ):
        pass

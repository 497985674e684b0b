"""A Service on a VPS: its containers as recorded, in a Docker of the test's own, released over a running version.

Needs root (or sudo) and the packages `docker.io`, `busybox-static` and `iproute2`; the wheel's nginx is the proxy, and
the service.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra_kit import Environment, Health, Release, Service, Target
from infra_kit.providers.vps.settings import VpsSettings
from tests.awaiting import until
from tests.system.docker_daemon import ROOT, Docker, daemon, image, wheels_nginx, wire
from tests.system.recorded_docker import RefusedError, Stack

PROGRAMS = ("awk", "cat", "chown", "grep", "mkdir", "mv", "ps", "sed", "sh", "sleep", "test", "true", "wget")
NGINX = '#!/bin/sh\nexec /bin/nginx-itself -e stderr -p /tmp "$@"\n'
SERVICE = """\
#!/bin/sh
# Answers with its version; what VERSION says may be wrong with it.
[ "$VERSION" != ends ] || { echo "no database at $DB_HOST"; exit 3; }
health=200 page=200
case $VERSION in sick) health=500 ;; errors) page=500 ;; esac
cat >/tmp/nginx.conf <<CONF
daemon off; pid /tmp/pid; error_log stderr; events { worker_connections 1024; }
http {
 access_log off; client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; uwsgi_temp_path /tmp/d;
 scgi_temp_path /tmp/e;
 server {
  listen $PORT;
  location / { return $page "$VERSION ${TOKEN:-}"; }
  location /health { return $health; }
  location /broken { return 404; }
  location /cut { return 444; }
  location /who { return 200 \\$server_addr; }
 }
}
CONF
exec /bin/nginx-itself -e stderr -p /tmp -c /tmp/nginx.conf
"""
SETTINGS = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", bootstrap=False)
ASKS = Health(interval="15s", timeout="10s", start_timeout="60s")
SOON = Health(interval="15s", timeout="10s", start_timeout="10s")
"""For a version that never gets well."""


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    folder = tmp_path_factory.mktemp("docker")
    with wire() as inside, daemon(folder, inside=inside) as it:
        files = {"bin/nginx": NGINX, "bin/service": SERVICE}
        made = image(folder, programs=PROGRAMS, owned=["tmp"], files=files, copies={"bin/nginx-itself": wheels_nginx()})
        it("import", "-", "test:1", stdin=made)
        yield it


@pytest.fixture
def stack(docker: Docker) -> Iterator[Stack]:
    yield Stack(docker, {"": "test:1"})
    if there := docker("ps", "--all", "--quiet").split():
        docker("rm", "--force", "--volumes", *there)
    docker("network", "prune", "--force")


def up(stack: Stack, version: str, **arguments: Any) -> None:
    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)
        given: dict[str, Any] = {"min_instances": 2, "health": ASKS, "stop_timeout": "5s", **arguments}
        environment = {"VERSION": version, "DB_HOST": "db"}
        Service("api", target=target, image="api:1", command=["service"], environment=environment, **given)

    stack.up(program)


def ask(stack: Stack, path: str = "/") -> str:
    return httpx.get(f"http://{stack.address('api-proxy')}:8080{path}", timeout=60).text.strip()


class Load:
    """Asks on and on, from several sides."""

    def __init__(self, stack: Stack) -> None:
        self.url = f"http://{stack.address('api-proxy')}:8080/"
        self.answers: list[str] = []
        self._over = threading.Event()
        self._sides = [threading.Thread(target=self._ask) for _ in range(4)]

    def _ask(self) -> None:
        with httpx.Client(timeout=60) as client:
            while not self._over.is_set():
                try:
                    answer = client.get(self.url)
                    self.answers.append(answer.text.strip() if answer.status_code == 200 else str(answer.status_code))
                except httpx.HTTPError as error:
                    self.answers.append(repr(error))

    def __enter__(self) -> Load:
        for side in self._sides:
            side.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for side in self._sides:
            side.join()


@pytest.mark.parametrize("strategy", ["rolling", "blue-green"])
def test_a_release_under_load_fails_no_request(stack: Stack, strategy: Any) -> None:
    release = Release(strategy=strategy, smoke_tests=["/health"], watch="2s")
    up(stack, "one", release=release)
    with Load(stack) as load:
        up(stack, "two", release=release)
        more = max(2000, len(load.answers) + 200)
        until(lambda: len(load.answers) >= more, 300)

    assert set(load.answers) == {"one", "two"}
    assert set(load.answers[-100:]) == {"two"}


def test_secrets_reach_the_program_and_docker_shows_none(stack: Stack) -> None:
    up(stack, "one", secrets={"TOKEN": "it's hush"})

    assert ask(stack) == "one it's hush"
    assert "hush" not in stack.docker("inspect", stack.id("api-instance-1"))


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("sick", "a new instance is not well after 10 seconds: /health answers 500"),
        ("ends", "a new instance ended.*no database at db"),
        ("errors", r"answers were errors \(5xx\) while it was watched, at most 5 % may be"),
    ],
)
def test_a_version_that_fails_is_taken_back_and_says_why(stack: Stack, version: str, why: str) -> None:
    release = Release(max_error_percent=5, watch="4s")
    up(stack, "one", release=release)
    with Load(stack) as load, pytest.raises(RefusedError, match=f"(?s){why}"):
        up(stack, version, release=release, health=SOON if version == "sick" else ASKS)

    assert {answer for answer in load.answers if answer != "500"} == {"one"}
    assert ("500" in load.answers) == (version == "errors")
    assert ask(stack) == "one"
    assert stack.docker.state(stack.id("api-instance-1")).startswith("exited")
    up(stack, "two")
    assert ask(stack) == "two"


def test_a_smoke_test_that_fails_keeps_a_version_from_ever_serving(stack: Stack) -> None:
    up(stack, "one")
    release = Release(strategy="blue-green", smoke_tests=["/health", "/broken"], max_smoke_failures_percent=40)
    with Load(stack) as load, pytest.raises(RefusedError, match="2 of 4 smoke tests failed, at most 40 % may"):
        up(stack, "two", release=release)

    assert set(load.answers) == {"one"}


def test_an_instance_that_is_killed_fails_no_request_and_is_replaced(stack: Stack) -> None:
    up(stack, "one")
    until(lambda: len(who(stack)) == 2)
    both, killed = who(stack), process(stack, "api-instance-1")
    with Load(stack) as load:
        # By the host, as a failure is: whom `docker kill` ends is meant to stay away.
        subprocess.run([*ROOT, "kill", "-KILL", killed], check=True)
        until(lambda: process(stack, "api-instance-1") not in ("0", killed), 60)
        until(lambda: who(stack) == both)

    assert len(both) == 2
    assert set(load.answers) == {"one"}


def test_a_request_that_no_instance_answers_takes_none_of_them_away_from_other_visitors(stack: Stack) -> None:
    up(stack, "one")

    cut = [ask(stack, "/cut") for _ in range(4)]

    assert all("502" in answer for answer in cut)
    assert {ask(stack) for _ in range(20)} == {"one"}


def who(stack: Stack) -> set[str]:
    """The addresses of those that answer."""
    return {ask(stack, "/who") for _ in range(20)}


def process(stack: Stack, name: str) -> str:
    """`0`: none."""
    return stack.docker("inspect", "--format", "{{.State.Pid}}", stack.id(name))


def test_more_and_fewer_instances_leave_the_others_alone(stack: Stack) -> None:
    up(stack, "one", min_instances=1)
    first = stack.id("api-instance-1")
    up(stack, "one", min_instances=3)
    assert stack.id("api-instance-1") == first
    up(stack, "one", min_instances=1)

    assert stack.id("api-instance-1") == first
    assert ask(stack) == "one"

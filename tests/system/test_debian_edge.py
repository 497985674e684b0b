"""The edge of a VPS: sites that come, move and go, in Debian's Caddy (package `caddy`), and in a proxy that was
replaced (`docker.io`, `busybox-static`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra_kit import Cdn, Environment, Target
from infra_kit.providers.vps.edge import SITES
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import record
from tests.system.docker_daemon import Docker, daemon, image
from tests.system.edge_proxy import HTTP, Edge


def answers(*names: str, text: str) -> str:
    return f"{', '.join(f'http://{name}' for name in names)} {{\n respond {text}\n}}"


def ask(name: str) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{HTTP}/", headers={"Host": name}, timeout=60).text
    except httpx.TransportError:
        return "nothing"


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    with Edge(tmp_path).running() as it:
        yield it


def test_sites_come_and_go_and_unknown_names_get_nothing(edge: Edge) -> None:
    edge.put("www", answers("www.example.com", "example.com", text="www"))
    edge.put("app", answers("app.example.com", text="app"))
    assert [ask(name) for name in ("example.com", "app.example.com", "other.example.com")] == ["www", "app", "nothing"]

    edge.put("app")
    assert [ask(name) for name in ("www.example.com", "app.example.com")] == ["www", "nothing"]


def test_a_site_that_caddy_refuses_changes_nothing(edge: Edge) -> None:
    edge.put("www", answers("www.example.com", text="www"))

    assert "www: the edge proxy refuses the site" in edge.put("www", "http://www.example.com {\n no_such_directive\n}")
    assert "app: the edge proxy refuses the site" in edge.put("app", "http://www.example.com {\n no_such_directive\n}")
    assert (ask("www.example.com"), edge.files()) == ("www", ["www.caddy"])


def test_what_was_renamed_takes_its_names_along(edge: Edge) -> None:
    edge.put("old", answers("www.example.com", text="old"))
    edge.put("new", answers("www.example.com", text="new"))

    assert (ask("www.example.com"), edge.files()) == ("new", ["new.caddy"])


def test_a_name_may_move_to_another_site_whoever_comes_first(edge: Edge) -> None:
    edge.put("a", answers("a.example.com", "both.example.com", text="a"))
    edge.put("b", answers("b.example.com", "both.example.com", text="b"))
    edge.put("a", answers("a.example.com", text="a"))

    assert [ask(f"{name}.example.com") for name in ("a", "b", "both")] == ["a", "b", "b"]


# A proxy that was replaced, in a Docker daemon of the test's own (`docker_daemon`); its caddy takes everything

PROGRAMS = ("sh", "cat", "cp", "grep", "head", "ls", "mkdir", "mktemp", "rm", "sleep", "tr")


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    folder = tmp_path_factory.mktemp("docker")
    with daemon(folder) as it:
        files = image(folder, programs=PROGRAMS, owned=["tmp"], files={"bin/caddy": "#!/bin/sh\n"})
        it("import", "-", it.IMAGE, stdin=files)
        yield it


def proxy(docker: Docker) -> str:
    known = ["--hostname=vps-edge-proxy", "--label=managed-by=infra-kit", "--network=none", "--volume=sites:/data"]
    return docker("run", "--detach", "--init", *known, docker.IMAGE, "sleep", "600")


def test_a_site_goes_also_when_its_proxy_was_replaced_or_is_gone(docker: Docker) -> None:
    settings = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAA")
    target = Target(name="vps", environment=Environment.STAGING, settings=settings)
    routes = {"/*": "https://origin.example.com"}
    site = record(lambda: Cdn("www", target=target, routes=routes)).named("www-site").inputs
    first = proxy(docker)
    docker("exec", "-i", first, "sh", "-s", stdin=site["stdin"])
    assert docker("exec", first, "ls", SITES) == "www.caddy"

    docker("rm", "--force", first)
    second = proxy(docker)
    done = docker.run(["sh", "-c", site["delete"]])
    assert (done.returncode, docker("exec", second, "ls", SITES)) == (0, ""), done.stderr

    docker("rm", "--force", second)
    assert docker.run(["sh", "-c", site["delete"]]).returncode == 0

"""The host's own program, where Docker does not answer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.common.log_collector import docker_host
from infra_kit.providers.common.log_collector.collector import Collector, Settings
from infra_kit.providers.common.log_collector.docker_host import Heard, Keeper
from infra_kit.providers.common.log_collector.shipping import Shipper, sinks
from tests.awaiting import until
from tests.unit.providers.common.log_collector.standing_in import CLASSES, Clock, collector, gather, said

TOLD = {
    "app": "shop", "environment": "production", "of": ["api"], "classes": CLASSES, "sinks": [], "bucket": None,
    "prefix": "",
}  # fmt: skip


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Docker that answers nobody in time."""

    def run(command: list[str], **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, 60)

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.usefixtures("hanging")
def test_a_sink_that_docker_does_not_say_where_it_is_counts_as_away(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("one\n")
    it = collector(tmp_path / "kept", Clock(), log)
    gather(it)
    here = {"name": "search", "url": "http://search:9428/", "headers": {}, "classes": ["application"]}
    (sink,) = sinks([{**here, "container": "search"}], docker_host.address)
    shipper = Shipper(sink, it.kept, tmp_path / "kept")
    assert not shipper.step()
    assert shipper.told["failure"].startswith("Docker does not say where search is: ")


@pytest.mark.usefixtures("hanging")
def test_a_volume_that_nobody_can_keep_now_is_begun_again(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, json.dumps(TOLD).encode())
    until(lambda: not keeper.lives)


class Docker:
    """One whose containers are there, and that tells of those in `told` alone."""

    def __init__(self, folder: Path) -> None:
        self.logs = {name: folder / f"{name}.log" for name in ("a", "b")}
        for name, log in self.logs.items():
            log.write_text(json.dumps({"log": f"{name} said it\n", "time": "2026-03-01T12:00:00Z"}) + "\n")
        self.told = self.there = set(self.logs)
        self.goes = ""
        """After it was listed."""

    def __call__(self, command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if command[1] == "ps":
            listed, self.there = self.there, self.there - {self.goes}
            return subprocess.CompletedProcess(command, 0, "\n".join(sorted(listed)))
        lines = [self._told(command[2], it) for it in command if it in self.told & self.there]
        return subprocess.CompletedProcess(command, int(self.told != self.there), "\n".join(lines))

    def _told(self, how: str, name: str) -> str:
        text = how.removeprefix("--format=").replace("{{.Id}}", name).replace("{{.LogPath}}", str(self.logs[name]))
        return text.replace('{{index .Config.Labels "component"}}', "api").replace("{{.Name}}", f"/api-{name}-0a1b2c3")


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    it = Docker(tmp_path)
    monkeypatch.setattr(subprocess, "run", it)
    return it


def begin(folder: Path) -> Collector:
    heard = Heard("shop", "production", frozenset(["api"]))
    it = Collector(folder, Settings.of("one", TOLD, lambda _: ""), heard.find)
    it.begin()
    return it


@pytest.mark.parametrize("told", [set(), {"b"}])
def test_what_docker_does_not_tell_of_is_not_kept_twice(tmp_path: Path, docker: Docker, told: set[str]) -> None:
    it = begin(tmp_path / "kept")
    it.look()
    gather(it)

    docker.told = told
    with suppress(subprocess.SubprocessError):
        it.look()
    docker.told = docker.there
    for one in (it, begin(tmp_path / "kept")):
        one.look()
        gather(one)
    assert sorted(said(tmp_path / "kept")) == ["a said it", "b said it"]


def test_a_container_that_went_meanwhile_stops_nobody(docker: Docker) -> None:
    docker.goes = "a"
    assert list(Heard("shop", "production", frozenset(["api"])).find()) == [str(docker.logs["b"])]

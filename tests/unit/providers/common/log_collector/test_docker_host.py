"""The host's own program, where Docker does not answer."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.common.log_collector import docker_host
from infra_kit.providers.common.log_collector.docker_host import Keeper
from infra_kit.providers.common.log_collector.shipping import Shipper, sinks
from tests.awaiting import until
from tests.unit.providers.common.log_collector.standing_in import CLASSES, Clock, collector, gather

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

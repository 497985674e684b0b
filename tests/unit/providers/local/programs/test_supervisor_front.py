"""How the supervisor leads requests to instances, and counts those that they reach."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra_kit.providers.local.programs.supervisor import front
from infra_kit.providers.local.programs.supervisor.log import Log
from infra_kit.providers.local.programs.supervisor.told import RefusedError, Told
from infra_kit.providers.local.programs.supervisor.wanted import Edge
from infra_kit.providers.local.programs.supervisor.workload import Workload
from tests.unit.providers.local.programs.test_supervisor import wanted


class SlowFront(front.NoFront):
    """While it takes instances over, another one gets well."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then

    async def serve(self, ports: Sequence[int], *, count: bool = False) -> None:
        self.then()


def test_an_instance_counts_as_well_when_requests_reach_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    async def run() -> list[int]:
        told, log = Told(tmp_path), Log(tmp_path / "server.log")
        it = Workload(tmp_path, log, told, asyncio.Event())
        await it.apply(json.dumps(wanted()))
        assert it.fleet
        second = SimpleNamespace(port=30_002, well=False)
        it.fleet.members = cast(Any, [SimpleNamespace(port=30_001, well=True), second])
        it.front = SlowFront(lambda: setattr(second, "well", True))
        counts = []
        for _ in range(2):
            await it.balance()
            it.tell()
            counts.append(told.served()["well"])
        return counts

    assert asyncio.run(run()) == [1, 2]


def test_a_configuration_that_nginx_did_not_take_over_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> int:
        nginx = front.Nginx(tmp_path, Edge("nginx", 20_001, sticky=False), Log(tmp_path / "server.log"), lambda _: None)
        tries = 0

        async def start() -> None:
            nonlocal tries
            tries += 1
            raise RefusedError("nginx did not start")

        monkeypatch.setattr(nginx, "_start", start)
        for _ in range(2):
            with pytest.raises(RefusedError):
                await nginx.serve([30_001])
        monkeypatch.setattr(nginx, "_master", SimpleNamespace(pid=0))
        monkeypatch.setattr(nginx, "_reload", lambda _: start())
        for _ in range(2):
            with pytest.raises(RefusedError):
                await nginx.serve([30_001])
        return tries

    assert asyncio.run(run()) == 4

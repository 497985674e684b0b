"""The supervisor's checks of an instance."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from infra_kit.providers.local.programs.supervisor import health


@pytest.mark.parametrize("moments", range(6))
def test_a_check_is_called_off_even_in_the_moment_in_which_it_is_answered(
    monkeypatch: pytest.MonkeyPatch, moments: int
) -> None:
    """Where it went on, a release would wait for ever for the instance that it retires."""

    async def called_off() -> bool:
        answered = asyncio.Event()

        async def status(*_: Any) -> int:
            await answered.wait()
            answered.clear()
            return 200

        async def check() -> None:
            while True:
                await health.failure(80, "/health", 5.0)

        monkeypatch.setattr(health, "_status", status)
        checking = asyncio.create_task(check())
        await _let_others(5)
        answered.set()
        await _let_others(moments)
        checking.cancel()
        await asyncio.wait([checking], timeout=60)
        return checking.cancelled()

    assert asyncio.run(called_off())


async def _let_others(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)

"""What our programs under a supervisor share: they are told what to do, run one at a time, and end when asked to."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import own_server


@dataclass(frozen=True)
class Told:
    """The box of the program, what it is told, and which version of that it is."""

    box: Box
    settings: Mapping[str, Any]
    generation: str


def begin() -> Told:
    """Returns when the one that it takes over from has ended: two would tell everything twice."""
    path = Path(sys.argv[1])
    box = Box(path.parents[1], path.parent.name, path.name, home.caller())
    # Held until this process ends, however it does.
    fcntl.flock(os.open(box.path / "working.lock", os.O_RDWR | os.O_CREAT, 0o600), fcntl.LOCK_EX)
    settings = json.loads((box.conf / own_server.TOLD).read_text())
    return Told(box, settings, own_server.generation(box))


async def until_asked(*works: Coroutine[Any, Any, None]) -> None:
    """Until SIGTERM. What fails ends the program, and its supervisor starts another."""
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    tasks = [asyncio.create_task(work) for work in (ending.wait(), *works)]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    for task in done:
        task.result()

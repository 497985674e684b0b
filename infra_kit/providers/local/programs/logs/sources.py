"""Where servers of this machine write what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from infra_kit.providers.common.log_collector.collector import Open
from infra_kit.providers.common.log_collector.lines import Said
from infra_kit.providers.common.log_collector.sources import Position, Source
from infra_kit.providers.local.box import Box

UNDER_SUPERVISOR = frozenset({"service", "worker", "job", "auth", "mailer"})
_TAKEN_DOWN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (\S{1,100}) \| (.*)", re.DOTALL)
"""As a supervisor writes a line down: when, and who says it."""


@dataclass(frozen=True)
class Owner:
    """Whose a file is."""

    component: str
    part: str
    supervised: bool


class ServerLog(Source):
    """What a server says."""

    def __init__(self, path: Path, owner: Owner, position: Position | None) -> None:
        self._owner = owner
        super().__init__(path, position)

    def said(self, line: bytes) -> Said | None:
        text, owner = line.decode(errors="replace"), self._owner
        known = _TAKEN_DOWN.fullmatch(text) if owner.supervised else None
        if known:
            return Said(owner.component, known[2], known[3], known[1])
        return Said(owner.component, owner.part, text)


def find(near: Box, of: Mapping[str, Any]) -> Mapping[str, Open]:
    """By a name of its own, what opens each log that is there.

    Args:
        near: the box of the Logs; the others' stand beside it.
        of: by component, its kind and its servers.
    """
    found: dict[str, Open] = {}
    for component, heard in of.items():
        for name in heard["servers"]:
            folder = near.path.parent / name
            owner = Owner(component, name, heard["kind"] in UNDER_SUPERVISOR)
            for file in ("server.log", "access.log"):
                if (folder / file).exists():
                    found[f"{name}/{file}"] = partial(ServerLog, folder / file, owner)
    return found

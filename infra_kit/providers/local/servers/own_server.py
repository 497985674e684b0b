"""A program of our own that goes on until it is stopped: the checker of Alerts, the visitor of an Uptime.

It is told in `conf/told.json`, secrets too, and tells in a file of its own which version of that it goes by.
"""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from infra_kit.providers.local import programs
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers.own_program import OwnProgram

if TYPE_CHECKING:
    from infra_kit._dynamic import Props

TOLD = "told.json"
START_SECONDS = 30.0


class OwnServer(OwnProgram):
    STOPS_IN = 3.0
    PROGRAM: ClassVar[str]
    """Its package in `programs`."""

    @abstractmethod
    def told(self, props: Props) -> dict[str, Any]:
        """What it is told."""

    @abstractmethod
    def goes_by(self, box: Box) -> str:
        """The version that it tells."""

    def module(self, box: Box) -> list[str]:
        return [f"{programs.__name__}.{self.PROGRAM}", str(box.path)]

    def write(self, box: Box, record: Record, props: Props) -> None:  # noqa: ARG002
        box.write(TOLD, json.dumps(self.told(props), indent=1))

    def version(self, box: Box) -> str:
        """Of what it is told, and of the library."""
        return f"{generation(box)} {_build()}"

    def wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:  # noqa: ARG002
        return {"instances": 1}

    def is_ready(self, box: Box, record: Record) -> bool:
        return super().is_ready(box, record) and self.goes_by(box) == generation(box)

    def work_seconds(self, props: Props) -> float:  # noqa: ARG002
        return START_SECONDS


def generation(box: Box) -> str:
    """Tells apart what it can be told."""
    return hashlib.sha256((box.conf / TOLD).read_bytes()).hexdigest()[:16]


def _build() -> str:
    """Tells builds of our programs apart."""
    sources = sorted(Path(programs.__file__).parents[1].rglob("*.py"))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:16]

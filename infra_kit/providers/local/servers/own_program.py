"""A program of our own under a supervisor: the checker of Alerts, the visitor of an Uptime.

It is told in `conf/told.json`, secrets too, and tells in a file of its own which version of that it goes by.
"""

from __future__ import annotations

import hashlib
import json
import sys
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

import infra_kit
from infra_kit._dynamic import Props
from infra_kit.providers.local import programs
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import Command
from infra_kit.providers.local.servers.supervised import Supervised

TOLD = "told.json"
STOP_SECONDS = 3.0
START_SECONDS = 30.0
LOG_SECONDS = 30 * 86_400.0
LIBRARY = Path(infra_kit.__file__).parents[1]


class OwnProgram(Supervised):
    PORTS = 0
    PROGRAM: ClassVar[str]
    """Its package in `programs`."""

    @abstractmethod
    def told(self, box: Box, props: Props) -> dict[str, Any]:
        """What it is told."""

    @abstractmethod
    def goes_by(self, box: Box) -> str:
        """The version that it tells."""

    def wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:  # noqa: ARG002
        return {"instances": 1}

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        box.write(TOLD, json.dumps(self.told(box, props), indent=1))
        return super().prepare(box, record, {**props, **self._workload(box)})

    def is_ready(self, box: Box, record: Record) -> bool:
        return super().is_ready(box, record) and self.goes_by(box) == version(box)

    def work_seconds(self, props: Props) -> float:  # noqa: ARG002
        return START_SECONDS

    def stop_seconds(self, props: Props) -> float:
        return super().stop_seconds({**props, "stop_timeout": STOP_SECONDS})

    def _workload(self, box: Box) -> dict[str, Any]:
        """Another version of what it is told, or of the library, is another version of the program."""
        return {
            "command": [sys.executable, "-P", "-m", f"{programs.__name__}.{self.PROGRAM}", str(box.path)],
            "directory": str(box.path),
            "environment": {"PYTHONPATH": str(LIBRARY), "PYTHONUNBUFFERED": "1"},
            "secrets": {},
            "volumes": {},
            "image": f"{version(box)} {_build()}",
            "stop_timeout": STOP_SECONDS,
            "log_retention": LOG_SECONDS,
        }


def version(box: Box) -> str:
    """Tells apart what it can be told."""
    return hashlib.sha256((box.conf / TOLD).read_bytes()).hexdigest()[:16]


def _build() -> str:
    """Tells builds of our programs apart."""
    sources = sorted(Path(programs.__file__).parents[1].rglob("*.py"))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:16]

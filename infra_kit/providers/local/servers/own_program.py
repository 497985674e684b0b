"""A program of our own under a supervisor."""

from __future__ import annotations

import sys
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import infra_kit
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import Command
from infra_kit.providers.local.servers.supervised import Supervised

if TYPE_CHECKING:
    from infra_kit._dynamic import Props

LIBRARY = Path(infra_kit.__file__).parents[1]
LOG_SECONDS = 30 * 86_400.0


class OwnProgram(Supervised):
    PORTS = 0
    STOPS_IN: ClassVar[float] = 10.0
    """Seconds that it may take to end."""

    @abstractmethod
    def module(self, box: Box) -> list[str]:
        """What Python runs, and its arguments."""

    @abstractmethod
    def write(self, box: Box, record: Record, props: Props) -> None:
        """Writes into `conf` what the program reads there."""

    def version(self, box: Box) -> str | None:  # noqa: ARG002
        """Another one takes over; None for what reads what it is told whenever it runs."""
        return None

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        self.write(box, record, props)
        return super().prepare(box, record, {**props, **self._as_workload(box)})

    def stop_seconds(self, props: Props) -> float:
        return super().stop_seconds({**props, "stop_timeout": self.STOPS_IN})

    def _as_workload(self, box: Box) -> dict[str, Any]:
        return {
            "command": [sys.executable, "-P", "-m", *self.module(box)],
            "directory": str(box.path),
            "environment": {"PYTHONPATH": str(LIBRARY), "PYTHONUNBUFFERED": "1"},
            "secrets": {},
            "volumes": {},
            "image": self.version(box),
            "stop_timeout": self.STOPS_IN,
            "log_retention": LOG_SECONDS,
        }

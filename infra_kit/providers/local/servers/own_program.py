"""A program of our own under a supervisor."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import infra_kit
from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import Command
from infra_kit.providers.local.servers.supervised import Supervised

if TYPE_CHECKING:
    from infra_kit._dynamic import Props

LIBRARY = Path(infra_kit.__file__).parents[1]
_MARK, _MARKED = ".kept", "marked"
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

    def holds(self, box: Box, props: Props) -> Path | None:  # noqa: ARG002
        """The folder of what it alone has, if it has anything."""
        return None

    def settle(self, box: Box, record: Record, props: Props) -> None:
        """Marks the folder, which the program would make anew, empty, while nobody looks."""
        folder = self.holds(box, props)
        if folder and _MARKED not in record.facts:
            home.make_private(folder, box.user)
            home.write_private(folder / _MARK, "", box.user)
            record.facts[_MARKED] = str(folder)
            box.save(record)

    def keeps(self, box: Box, props: Props) -> Sequence[Path]:
        folder = self.holds(box, props)
        return [folder / _MARK] if folder and _MARKED in box.record.facts else []

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

"""What measures one component, again and again, in the checker of its Alerts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_kit.providers.local.box import Box
from infra_kit.signals import Signal

Figures = Mapping[Signal, float]
"""What could be measured now. What is missing is neither well nor wrong: no request, no share of errors."""
RECENT_SECONDS = 60.0
"""Requests and reads are counted over so long."""


@dataclass(frozen=True)
class Source:
    """Where the figures of a component come from."""

    home: Path
    stack: str
    kind: str
    """Of the component."""
    servers: tuple[str, ...]
    """Their boxes; the first is the one that takes writes."""
    report: str = ""
    """The file in which a Backup or a RestoreDrill tells how it went."""

    @classmethod
    def of(cls, home: str, stack: str, told: Mapping[str, Any]) -> Source:
        return cls(Path(home), stack, told["kind"], tuple(told["servers"]), told.get("report") or "")

    @property
    def boxes(self) -> list[Box]:
        return [Box(self.home, self.stack, name) for name in self.servers]


class Probe(ABC):
    """Remembers what it has seen, where a figure is a difference."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @abstractmethod
    def measure(self) -> Figures:
        """Takes seconds at most, whatever the servers do."""

    @property
    def unanswered(self) -> Figures:
        """The figures of what does not come back from `measure`."""
        return {}


class ServerProbe(Probe):
    """Of what is up or down: its uptime is the share of its servers that answer."""

    @property
    def unanswered(self) -> Figures:
        return {Signal.UPTIME: 0.0}


def percent(part: float, whole: float) -> float:
    return 100.0 * part / whole

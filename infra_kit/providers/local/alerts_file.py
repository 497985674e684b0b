"""`alerts.json` in the box of Alerts: how each rule stands for each component. The checker writes it; whoever shows
alerts (`infra-kit status`, the panel) reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box

State = Literal["ok", "pending", "firing"]
"""`pending`: wrong, but not yet for as long as the rule says."""


@dataclass(frozen=True)
class Alert:
    """A rule, for one component."""

    rule: str
    component: str
    level: str
    says: str
    """The rule in words: `uptime < 100 % for 2m`."""
    unit: str
    state: State
    since: str
    """When that began, ISO 8601, UTC: a firing one is wrong since then."""
    value: float | None = None
    """What was measured last; None where nothing could be."""
    lasting: float = 0.0
    """Seconds that it must be wrong for."""

    @property
    def fires(self) -> str:
        """When a pending one will, if it stays wrong, ISO 8601, UTC; empty for others."""
        if self.state != "pending":
            return ""
        return (datetime.fromisoformat(self.since) + timedelta(seconds=self.lasting)).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Standing:
    """All of them."""

    generation: str = ""
    """Which configuration is watched."""
    checked: str = ""
    """When something was looked at last, ISO 8601, UTC."""
    alerts: Sequence[Alert] = field(default_factory=tuple)


def file(box: Box) -> Path:
    return box.path / "alerts.json"


def wrong(alerts: Iterable[Alert]) -> list[Alert]:
    """Those that fire, then those that are about to; each time the most urgent first, then the oldest."""
    found = [it for it in alerts if it.state != "ok"]
    return sorted(found, key=lambda it: (it.state != "firing", it.level, it.since))


def read(box: Box) -> Standing:
    """An empty one before the checker first wrote it."""
    try:
        told = json.loads(file(box).read_text())
    except FileNotFoundError:
        return Standing()
    return Standing(told["generation"], told["checked"], [Alert(**alert) for alert in told["alerts"]])


def write(box: Box, standing: Standing) -> None:
    """Whole or not at all, for its owner only. Raises `ServerError`."""
    home.write_private(file(box), json.dumps(asdict(standing), indent=1), box.user)

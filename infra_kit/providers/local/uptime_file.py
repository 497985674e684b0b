"""`uptime.json` in the box of an Uptime: what its checks came to. Its visitor writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box


@dataclass(frozen=True)
class Visit:
    """The last time that an address was asked for."""

    when: str
    """ISO 8601, UTC."""
    well: bool
    seconds: float
    """Until the answer was whole, or given up."""
    why: str = ""
    """What was wrong."""
    certificate_days: float | None = None
    """Until the certificate ends; None without TLS, or where it is not believed."""


@dataclass(frozen=True)
class Seen:
    generation: str = ""
    """Which configuration is asked for."""
    checks: Mapping[str, Visit] = field(default_factory=dict)
    """By name, those that were asked for by now."""


def file(box: Box) -> Path:
    return box.path / "uptime.json"


def read(box: Box) -> Seen:
    """An empty one before the visitor first wrote it."""
    try:
        told = json.loads(file(box).read_text())
    except FileNotFoundError:
        return Seen()
    return Seen(told["generation"], {name: Visit(**visit) for name, visit in told["checks"].items()})


def write(box: Box, seen: Seen) -> None:
    """Whole or not at all, for its owner only. Raises `ServerError`."""
    home.write_private(file(box), json.dumps(asdict(seen), indent=1), box.user)

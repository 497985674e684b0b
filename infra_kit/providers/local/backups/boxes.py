"""Boxes that copies are restored into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import Server

BOUND_TO = ("version", "bucket")
"""The facts of a record that its data is bound to; the others are of the server that was copied."""


@dataclass(frozen=True)
class Moment:
    """What a restore goes back to."""

    to: datetime | None = None
    """None: the newest there is."""
    or_latest: bool = False
    """Where the log does not reach it, its end will do."""
    lacks: str = ""
    """Why the log does not reach until now."""
    proves: bool = False
    """It goes back to the point that the copy itself noted, to compare."""


@dataclass(frozen=True)
class Came:
    """What a copy came to."""

    of: datetime | None = None
    """The moment that it is of. None: the copy's own."""
    another_until: datetime | None = None
    """Until when there are copies of another server that had its name."""


def record_of(box: Box) -> dict[str, Any]:
    """What a copy keeps of its server's record: one like it is made of that, also where the box is lost."""
    record = box.record
    facts = {key: value for key, value in record.facts.items() if key in BOUND_TO}
    return {"secrets": record.secrets, "facts": facts, "inputs": record.inputs}


def open_for(box: Box, noted: Mapping[str, Any], server: Server) -> Record:
    """Opens a new box as the one that was copied: with its passwords, at ports of its own."""
    kept = noted["record"]
    record = box.open(server.KIND, server.PORTS, server.SECRETS, None)
    record.secrets.update(kept["secrets"])
    record.facts.update(kept["facts"])
    record.restored_of = _beside(box, noted)
    box.save(record)
    return record


def start(box: Box, noted: Mapping[str, Any], server: Server, **changes: Any) -> None:
    """Starts the server of an opened box as the one that was copied was asked for; `changes` are for this time."""
    asked = {**noted["record"]["inputs"], **_place(box)}
    server.ensure({**asked, **changes, "restored_of": _beside(box, noted)})
    record = box.record
    record.inputs = asked
    box.save(record)


def _beside(box: Box, noted: Mapping[str, Any]) -> str:
    """The component that a box is a copy of, beside it; none where it takes its place."""
    return "" if box.name == noted["component"] else str(noted["component"])


def _place(box: Box) -> dict[str, Any]:
    return {"home": str(box.home), "stack": box.stack, "name": box.name, "port": None}

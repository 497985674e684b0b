"""A line as it is kept: JSON, which says when, whose and of which class it is, and then what its program said."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

APPLICATION = "application"
OWN = ("time", "component", "part", "class")
"""What stands first in each, in this order."""


@dataclass(frozen=True)
class Said:
    """A line that a program wrote."""

    component: str
    part: str
    """Which of the component's programs: an instance, a replica, a run."""
    text: str
    time: str = ""
    """ISO 8601, UTC, by whoever took it down; empty: when it is read."""


def as_kept(said: Said, classes: Collection[str]) -> tuple[str, bytes]:
    """Its class, and the line with its end. A program says its time and its class itself, but not whose it is; what it
    says that is none of these is said all the same, as `time-said` and so on."""
    own = _json(said.text)
    of, time = own.get("class"), own.get("time")
    if not (isinstance(of, str) and of in classes):
        of = APPLICATION
    if not (isinstance(time, str) and _is_time(time)):
        time = said.time or now()
    kept = {"time": time, "component": said.component, "part": said.part, "class": of}
    more = {f"{key}-said": own[key] for key in OWN if key in own and own[key] != kept[key]}
    rest = {key: value for key, value in own.items() if key not in OWN}
    text = json.dumps({**kept, **more, **rest}, ensure_ascii=False, separators=(",", ":"))
    return of, text.encode("utf-8", "backslashreplace") + b"\n"


def now() -> str:
    """To the millisecond."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")  # noqa: UP017  3.10


def _is_time(text: str) -> bool:
    """Of a zone, so that it is one moment."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


def _json(text: str) -> dict[str, Any]:
    """What is no JSON object is the message of one."""
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return {"message": text}
        return dict(found)
    return {"message": text}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")

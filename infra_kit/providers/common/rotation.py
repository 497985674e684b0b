"""Generated values that are made anew after a time, by the next `up`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from infra_kit.durations import seconds

ORIGINAL = {"infra-kit": "original"}
"""Of a value that is kept for good: by this `stateful` tells it."""


def keepers(rotation: str | None) -> Mapping[str, str]:
    """What a generated value is kept for: a stretch of time as long as `rotation`, counted from 1970. None: for good.

    The first stretch may be shorter. A stack has no other memory of when a value was made, so one that was kept for
    good is made anew as soon as it is to rotate: the guard stops there.
    """
    if rotation is None:
        return ORIGINAL
    length = seconds(rotation)
    began = int(datetime.now(UTC).timestamp()) // length * length
    return {"since": datetime.fromtimestamp(began, UTC).isoformat()}

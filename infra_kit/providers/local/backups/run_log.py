"""Runs by hand, in the log that the supervisor has the others in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from infra_kit.errors import InfraKitError
from infra_kit.providers.local.backups import settings
from infra_kit.providers.local.box import Box


@contextmanager
def by_hand(box: Box, what: str) -> Iterator[None]:
    """Tells how it ended. Raises what went wrong on."""
    try:
        yield
    except (InfraKitError, OSError) as error:
        _say(box, f"{what} failed: {error}")
        raise
    _say(box, f"{what} ended well")


def _say(box: Box, text: str) -> None:
    """As the supervisor writes (`programs/supervisor/log.py`), which alone makes the file: it is the server user's. A
    full disk costs lines, not the run."""
    lines = "".join(f"{settings.now():%Y-%m-%dT%H:%M:%SZ} by hand | {line}\n" for line in text.splitlines())
    with suppress(OSError), open(os.open(box.process.log, os.O_WRONLY | os.O_APPEND), "a") as log:  # noqa: PTH123
        log.write(lines)

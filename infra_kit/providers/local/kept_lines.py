"""What Logs on this machine keep of a class: read back, the last lines first."""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra_kit.errors import ConfigError
from infra_kit.providers.local.box import Box


@dataclass(frozen=True)
class Kept:
    """The last lines of a class, in their order."""

    lines: Sequence[str]
    folders: Sequence[Path]
    """Where was looked."""


def last(boxes: Sequence[Box], server: str, of: str, most: int) -> Kept:
    """The last lines of a class.

    Args:
        boxes: those of the stack's Logs.
        server: a Logs: all that it keeps of the class; or a component whose lines they keep.
        of: the class.
        most: lines, at most.

    Raises:
        ConfigError: there is no Logs, or none has that class.
    """
    named = [box for box in boxes if box.name == server] or list(boxes)
    folders = [folder for box in named if (folder := box.data / of).is_dir()]
    if not folders:
        classes = sorted({it.name for box in named for it in box.data.iterdir() if it.is_dir()})
        raise ConfigError(f"--class {of}: no Logs on this machine keeps it; there is {', '.join(classes) or 'none'}.")
    whole = any(box.name == server for box in boxes)
    lines = [line for folder in folders for line in _last(folder, lambda it: whole or _component(it) == server, most)]
    return Kept(lines, folders)


def _last(folder: Path, is_meant: Callable[[str], bool], most: int) -> deque[str]:
    """Of the newest files no more are read than it takes."""
    found: deque[str] = deque()
    for path in sorted(folder.glob("*.ndjson*"), reverse=True):
        if path.suffix == ".new" or len(found) >= most:
            continue
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            newest = deque((line.rstrip("\n") for line in lines if is_meant(line)), maxlen=most - len(found))
        found.extendleft(reversed(newest))
    return found


def _component(line: str) -> str:
    try:
        return str(json.loads(line)["component"])
    except ValueError:
        return ""  # it is just being written

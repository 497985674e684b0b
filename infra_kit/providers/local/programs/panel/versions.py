"""Which server it is that runs, as it says itself: a wheel has a version of its own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from functools import cache

from infra_kit.providers.local.box import Box

SECONDS = 5.0
SERVERS: Mapping[str, tuple[str, str]] = {
    "local/postgres": ("PostgreSQL", "--version"),
    "local/redis": ("Valkey", "--version"),
    "local/object_store": ("SeaweedFS", "version"),
    "local/event_bus": ("NATS", "--version"),
    "local/cdn": ("nginx", "-v"),
    "local/gateway": ("nginx", "-v"),
}
"""By kind of server, its name, and what its program is asked."""


def version(box: Box) -> str:
    """`Valkey 9.1.2`; empty for what is no server of somebody else's."""
    record = box.record
    if record.kind not in SERVERS:
        return ""
    name, asked = SERVERS[record.kind]
    try:
        return f"{name} {_said(record.program, asked)}".rstrip()
    except (OSError, subprocess.TimeoutExpired):
        return name


@cache
def _said(program: str, asked: str) -> str:
    """Empty where the program says none. Raises where it is gone, or too slow, as it may be for once: only an answer
    is kept."""
    told = subprocess.run([program, asked], capture_output=True, text=True, timeout=SECONDS, check=False)
    found = re.search(r"\d+(\.\d+)+", told.stdout + told.stderr)
    return found[0] if found else ""

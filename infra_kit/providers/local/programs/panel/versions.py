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
    return f"{name} {_said(record.program, asked)}".rstrip()


@cache
def _said(program: str, asked: str) -> str:
    """Empty where the program is gone, or says none."""
    try:
        told = subprocess.run([program, asked], capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+(\.\d+)+", told.stdout + told.stderr)
    return found[0] if found else ""

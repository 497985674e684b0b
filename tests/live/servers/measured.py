"""What measures a server of these tests."""

from __future__ import annotations

from pathlib import Path

import psutil

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.signals.probe import Probe, Source
from infra_kit.providers.local.signals.probes import probe


def of(home: Path, kind: str, *servers: str, report: str = "") -> Probe:
    return probe(Source(home, "test", kind, servers, report))


def kill(home: Path, name: str) -> None:
    process = psutil.Process(Box(home, "test", name).process.pid)
    process.kill()
    process.wait(10)


def cache(home: Path) -> Props:
    return {
        "kind": "local/redis", "home": str(home), "stack": "test", "name": "cache", "retain": False,
        "memory_gb": 0.05, "eviction": "noeviction", "databases": 16, "persistence": False,
    }  # fmt: skip

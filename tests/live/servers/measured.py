"""What measures a server of these tests."""

from __future__ import annotations

from pathlib import Path

import psutil

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.signals.probe import Probe, Source
from infra_kit.providers.local.signals.probes import probe


def of(home: Path, kind: str, *servers: str, report: str = "") -> Probe:
    return probe(Source(home, "test", kind, servers, report))


def kill(home: Path, name: str) -> None:
    process = psutil.Process(Box(home, "test", name).process.pid)
    process.kill()
    process.wait(10)

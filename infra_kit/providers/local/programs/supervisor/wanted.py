"""What is wanted, as `providers/local/servers/supervised.py` writes it into the box. Durations are seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Health:
    """`components.service.Health`."""

    path: str
    interval: float
    timeout: float
    healthy_after: int
    unhealthy_after: int
    start_timeout: float


@dataclass(frozen=True)
class Release:
    """`components.service.Release`."""

    strategy: str
    smoke_tests: Sequence[str]
    max_smoke_failures_percent: float
    watch: float
    """0: not at all."""
    max_failed_checks: int
    max_error_percent: float | None = None

    @property
    def blue_green(self) -> bool:
        return self.strategy == "blue-green"


@dataclass(frozen=True)
class Edge:
    """The nginx before the instances of a service."""

    program: str
    port: int
    sticky: bool


@dataclass(frozen=True)
class Backlog:
    """What a worker grows by: a consumer of a NATS server, as its monitor tells of it."""

    monitor: str
    stream: str
    consumer: str
    per_instance: int
    most: int


@dataclass(frozen=True)
class Runs:
    """How a job runs."""

    timeout: float
    retries: int
    schedule: str | None = None


@dataclass(frozen=True)
class Wanted:
    """A workload."""

    name: str
    version: str
    """Tells versions apart: what is run, and with what."""
    generation: str
    """Tells apart all that can be wanted: the version, how many of it, how it is watched."""
    command: Sequence[str]
    directory: str
    environment: Mapping[str, str]
    instances: int
    stop_timeout: float
    log_retention: float
    health: Health | None = None
    release: Release | None = None
    edge: Edge | None = None
    backlog: Backlog | None = None
    runs: Runs | None = None

    @classmethod
    def read(cls, file: Path) -> Wanted:
        return cls.of(json.loads(file.read_text()))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Wanted:
        parts = {"health": Health, "release": Release, "edge": Edge, "backlog": Backlog, "runs": Runs}
        made = {key: kind(**told[key]) for key, kind in parts.items() if told.get(key)}
        return cls(**{**told, **made})

"""What the rates of Google Cloud have in common."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from infra_kit.planning.rates import Asked, Line
from infra_kit.planning.rates.reading import number

SECONDS = 3600
"""Of an hour."""
KIB_PER_GIB = 1024 * 1024
_MEMORY = re.compile(r"([0-9.]+)([KMGT]?)(i?)B?")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def gib(text: object) -> float:
    """A quantity of memory as Kubernetes writes it: `512Mi`, `2Gi`, `1G`."""
    found = _MEMORY.fullmatch(str(text))
    if not found:
        return number(text) / 1024**3
    figure, power, binary = found.groups()
    base = 1024.0 if binary else 1000.0
    return float(figure) * math.pow(base, _POWERS[power]) / 1024**3


def cpus(text: object) -> float:
    """A quantity of CPUs as Kubernetes writes it: `2`, `500m`."""
    said = str(text)
    return number(said[:-1]) / 1000 if said.endswith("m") else number(said)


def logs(asked: Asked) -> Iterator[Line]:
    """What a component writes into Cloud Logging."""
    yield Line("logs taken in, GB", "logging/storage", asked.usage.log_gb, assumed=True)

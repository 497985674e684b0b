"""What the rates of Google Cloud have in common."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_kit.planning.rates import Asked, Line
from infra_kit.testing.recording import Resource

SECONDS = 3600
"""Of an hour."""
KIB_PER_GIB = 1024 * 1024
_MEMORY = re.compile(r"([0-9.]+)([KMGT]?)(i?)B?")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def gib(text: object) -> float:
    """A quantity of memory as Kubernetes writes it: `512Mi`, `2Gi`, `1G`."""
    found = _MEMORY.fullmatch(str(text))
    if not found:
        return 0
    number, power, binary = found.groups()
    return float(number) * (1024 if binary else 1000) ** _POWERS[power] / 1024**3


def cpus(text: object) -> float:
    """A quantity of CPUs as Kubernetes writes it: `2`, `500m`."""
    said = str(text)
    return float(said[:-1]) / 1000 if said.endswith("m") else float(said)


def each(value: object) -> Sequence[Mapping[str, Any]]:
    """The mappings of a list, where the program said one."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def part(inputs: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """A mapping within mappings; an empty one where the program said none."""
    here: Any = inputs
    for key in path:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def committed(asked: Asked, sku: str) -> str:
    """The SKU, as it is paid for in advance where that is said."""
    return sku if asked.usage.commitment == "none" else f"{sku}/{asked.usage.commitment}"


def siblings(asked: Asked, type_: str) -> list[Resource]:
    """The resources of a type in the same component; of what stands beside ours: all that do."""
    owner = asked.planned.component_of
    mine = owner.get(asked.resource.urn, "")
    return [it for it in asked.planned.resources if it.type == type_ and owner.get(it.urn, "") == mine]


def is_told_of(there: Resource, inputs: Mapping[str, Any]) -> bool:
    """Whether some inputs name a resource: by its id, its address or its link."""
    told = json.dumps(inputs, default=str)
    names = (f"{there.name}-id", there.outputs.get("address"), there.outputs.get("selfLink"))
    return any(f'"{name}"' in told for name in names if name)


def logs(asked: Asked) -> Iterator[Line]:
    """What a component writes into Cloud Logging."""
    yield Line("logs taken in, GB", "logging/storage", asked.usage.log_gb, assumed=True)

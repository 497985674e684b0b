"""What the rates of Google Cloud have in common."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_kit.planning.rates import Asked, Line
from infra_kit.recording import Resource

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
    base = 1024.0 if binary else 1000.0
    return float(number) * math.pow(base, _POWERS[power]) / 1024**3


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


def of_type(asked: Asked, *types: str) -> list[Resource]:
    """All resources of some types in the stack."""
    return [it for type_ in types for it in asked.planned.by_type.get(type_, ())]


def siblings(asked: Asked, *types: str) -> list[Resource]:
    """Those in the same component; of what stands beside ours: all that do."""
    owner = asked.planned.component_of
    mine = owner.get(asked.resource.urn, "")
    return [it for it in of_type(asked, *types) if owner.get(it.urn, "") == mine]


def words(value: object) -> frozenset[str]:
    """All texts within some inputs."""
    if isinstance(value, str):
        return frozenset({value})
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return frozenset().union(*map(words, inner))


def is_among(there: Resource, said: frozenset[str]) -> bool:
    """Whether some inputs name a resource: by its id, its address or its link."""
    return not said.isdisjoint({f"{there.name}-id", there.outputs.get("address"), there.outputs.get("selfLink")})


def logs(asked: Asked) -> Iterator[Line]:
    """What a component writes into Cloud Logging."""
    yield Line("logs taken in, GB", "logging/storage", asked.usage.log_gb, assumed=True)

"""What a machine type of Compute Engine is made of: its CPUs and its memory are billed, each at its family's price.

https://cloud.google.com/compute/docs/general-purpose-machines. A type that is not here is billed under its own name, so
it has no price: custom ones (5% dearer), those with local disks, those for graphics.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from infra_kit.planning.rates import Asked, Line
from infra_kit.planning.rates.reading import committed
from infra_kit.planning.usage import HOURS_A_MONTH

KINDS = ("standard", "highmem", "highcpu")
GB_PER_CPU = {
    "n1": (3.75, 6.5, 0.9),
    "e2": (4, 8, 1),
    "n2": (4, 8, 1),
    "n2d": (4, 8, 1),
    "n4": (4, 8, 2),
    "n4a": (4, 8, 2),
    "c3": (4, 8, 2),
    "c4": (3.75, 7.75, 2),
    "c4a": (4, 8, 2),
}
"""By family, of each of KINDS."""
WHOLE_GB = frozenset({"c4"})
IRREGULAR = {"n2-highmem-128": (128.0, 864.0)}
SHARED = {"e2-micro": (0.25, 1), "e2-small": (0.5, 2), "e2-medium": (1, 4)}
WHOLE = frozenset({"f1-micro", "g1-small"})
"""Billed as they are."""
SUSTAINED = {"n1": (1, 0.8, 0.6, 0.4), "n2": (1, 0.8678, 0.733, 0.6), "n2d": (1, 0.8678, 0.733, 0.6)}
"""By family, what each quarter of a month costs of the price, for what runs on
(https://cloud.google.com/compute/docs/sustained-use-discounts)."""


class Machine(NamedTuple):
    family: str
    cpu: float
    memory_gb: float


def lines(asked: Asked, type_: str, count: float, spot: float) -> Iterator[Line]:
    """What machines of a type cost, a share of them spot."""
    name = type_.rpartition("/")[2]
    for share, kind in ((1 - spot, ""), (spot, "/spot")):
        if share:
            yield from _lines(asked, name, count * share, kind)


def _lines(asked: Asked, name: str, count: float, kind: str) -> Iterator[Line]:
    words = f"{count:g} x {name}{', spot' if kind else ''}"
    machine = of(name)
    family = machine.family if machine else "n1"
    hours = count * (_charged(asked, family) if not kind else asked.usage.hours)
    if machine is None:
        yield Line(words, f"compute/{name}{kind}", hours if name in WHOLE else count * asked.usage.hours)
        return
    for what, size in (("cpu", machine.cpu), ("memory", machine.memory_gb)):
        sku = f"compute/{machine.family}/{what}"
        unit = "vCPU" if what == "cpu" else "GB"
        said = f"{words}: {size:g} {unit}"
        yield Line(said, f"{sku}{kind}", size * hours) if kind else committed(asked, said, sku, size * hours)


def of(name: str) -> Machine | None:
    """None: it is billed under its own name."""
    if name in SHARED:
        return Machine("e2", *SHARED[name])
    found = re.fullmatch(r"([a-z0-9]+)-(standard|highmem|highcpu)-(\d+)", name)
    if not found or found[1] not in GB_PER_CPU:
        return None
    if name in IRREGULAR:
        return Machine(found[1], *IRREGULAR[name])
    cpu = int(found[3])
    memory = GB_PER_CPU[found[1]][KINDS.index(found[2])] * cpu
    return Machine(found[1], cpu, math.floor(memory) if found[1] in WHOLE_GB else memory)


def _charged(asked: Asked, family: str) -> float:
    """The hours at full price that a month's hours cost: what runs on gets cheaper by itself, unless it is paid for in
    advance."""
    hours = asked.usage.hours
    if family not in SUSTAINED or asked.usage.commitment != "none":
        return hours
    quarter = HOURS_A_MONTH / 4
    whole = sum(
        share * min(max(hours - number * quarter, 0), quarter) for number, share in enumerate(SUSTAINED[family])
    )
    return whole + max(hours - HOURS_A_MONTH, 0) * SUSTAINED[family][-1]

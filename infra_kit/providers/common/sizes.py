"""Sizes: the cheapest machine type that has what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.errors import SpecError


@dataclass(frozen=True)
class Size:
    """One machine type of a vendor, as its own page lists it."""

    name: str
    cpu: float
    """Virtual CPUs."""
    memory_gb: float
    """GiB, as the vendor counts them."""
    hourly_usd: float
    """List price, on demand, in the vendor's reference region: it only ranks the sizes."""
    burstable: bool = False
    """Its CPUs are shared, or lent by credits."""


def choose(
    scope: Scope, sizes: Iterable[Size], *, cpu: float = 0, memory_gb: float, dedicated_cpu: bool = False
) -> Size:
    """What `pick` picks for the component, said in the plan with why. Raises `SpecError` when none is large enough."""
    what = f"{type(scope.parent).__name__} {scope.name!r}"
    size = pick(sizes, what=what, cpu=cpu, memory_gb=memory_gb, dedicated_cpu=dedicated_cpu)
    asked = [f"{cpu:g} {'dedicated ' if dedicated_cpu else ''}CPU"] if cpu or dedicated_cpu else []
    least = " and ".join([*asked, f"{memory_gb:g} GiB of memory"])
    has = f"{size.cpu:g} {'burstable ' if size.burstable else ''}CPU, {size.memory_gb:g} GiB"
    pulumi.log.info(f"{what}: {size.name} ({has}), the cheapest with at least {least}.", scope.parent)
    return size


def pick(sizes: Iterable[Size], *, what: str, cpu: float = 0, memory_gb: float, dedicated_cpu: bool = False) -> Size:
    """The cheapest size with at least that much; the first of equals. Raises `SpecError` when none is large enough.

    Args:
        sizes: the provider's table.
        what: names the component in the error, e.g. `Postgres 'db'`.
        cpu, memory_gb: the least that is needed.
        dedicated_cpu: no burstable size.
    """
    table = [size for size in sizes if not (dedicated_cpu and size.burstable)]
    fitting = [size for size in table if size.cpu >= cpu and size.memory_gb >= memory_gb]
    if not fitting:
        most = max(table, key=lambda size: (size.memory_gb, size.cpu))
        kind = "dedicated CPUs" if dedicated_cpu else "CPUs"
        raise SpecError(
            f"{what}: given cpu={cpu:g} {kind} and memory_gb={memory_gb:g}; the largest there is: "
            f"{most.name} ({most.cpu:g} CPUs, {most.memory_gb:g} GiB). Ask for less, or spread the load over several."
        )
    return min(fitting, key=lambda size: size.hourly_usd)

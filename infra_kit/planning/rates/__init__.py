"""Rates: what of a resource is billed. One module a vendor's services, one function a type.

A rate says quantities and SKUs; what they cost says the price book alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from infra_kit._program import Made
from infra_kit.errors import UnknownQuantityError
from infra_kit.planning.prices import UNKNOWN, Price
from infra_kit.planning.programs import Planned
from infra_kit.planning.usage import Usage
from infra_kit.recording import Resource

_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+\b")
Rate = Callable[["Asked"], Iterable["Line"]]
_MODULES = {
    "aws": "infra_kit.planning.rates.aws",
    "cloudflare": "infra_kit.planning.rates.cloudflare",
    "gcp": "infra_kit.planning.rates.gcp",
    "infra-kit": "infra_kit.planning.rates.own",
}
"""By the package of a type, the module whose RATES and FREE know it."""
_FREE_PACKAGES = frozenset({"pulumi", "pulumi-python", "random", "command", "docker", "infra-kit", "tls"})
"""What runs on a machine that is paid for otherwise (the laptop, the host), or makes nothing at all."""


@dataclass(frozen=True)
class Line:
    """Something that is billed."""

    what: str
    sku: str
    quantity: float
    """A month, in the unit of the SKU's price."""
    assumed: bool = False
    """It is an assumption (`infra-kit:usage`)."""
    book: tuple[str, str] | None = None
    """The vendor and the region whose prices hold, where they are not the resource's own."""
    tiers: tuple[Price, ...] = ()
    """Its price, where it stands in no vendor's book: an offer's, an outside service's."""
    why: str = ""
    """Why it is this one, or why nothing is known of it."""


@dataclass(frozen=True)
class Asked:
    """What a rate may look at."""

    planned: Planned
    resource: Resource
    made: Made | None
    """The component that it is a part of."""
    usage: Usage

    @property
    def inputs(self) -> Mapping[str, Any]:
        return self.resource.inputs

    @cached_property
    def book(self) -> tuple[str, str]:
        """The vendor and the region whose prices hold."""
        vendor = self.resource.type.partition(":")[0]
        return vendor, self._region(vendor)

    def _region(self, vendor: str) -> str:
        """As the engine finds it: the resource's own, its provider's, the stack's."""
        own = self.inputs.get("region") or self._of_place() or self._of_provider()
        configured = self.planned.configuration.values.get(f"{vendor}:region")
        return str(own or (self.made and self.made.target.region) or configured or UNKNOWN)

    def _of_place(self) -> str | None:
        """Of what Google calls a location or a zone; a location of several regions is none."""
        place = _REGION.match(str(self.inputs.get("location") or self.inputs.get("zone") or "").lower())
        return place[0] if place else None

    def _of_provider(self) -> Any:
        urn = (self.resource.options.provider or "").rpartition("::")[0]
        provider = self.planned.by_urn.get(urn)
        return provider.inputs.get("region") if provider else None


def lines(asked: Asked) -> list[Line] | None:
    """What is billed of a resource, nothing of what is free; None where nobody here knows."""
    package, type_ = asked.resource.type.partition(":")[0], asked.resource.type
    rates, free = _known(package)
    if type_ in rates:
        return list(_as_far_as_known(asked, rates[type_]))
    return [] if type_ in free or package in _FREE_PACKAGES else None


def _as_far_as_known(asked: Asked, rate: Rate) -> Iterator[Line]:
    """From the first line whose quantity nobody here knows, one that has no price stands for it and the rest."""
    try:
        yield from rate(asked)
    except UnknownQuantityError as unknown:
        yield Line(asked.resource.type, "", 1, why=str(unknown))


@cache
def _known(package: str) -> tuple[Mapping[str, Rate], frozenset[str]]:
    if package not in _MODULES:
        return {}, frozenset()
    module = import_module(_MODULES[package])
    return module.RATES, module.FREE

"""What the rates of all vendors read in a resource, and in the stack around it.

A plan may hold a text where a number, a list or a mapping is meant: what another stack would say (`[network.subnets]`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from infra_kit.errors import UnknownQuantityError
from infra_kit.planning.rates import Asked, Line
from infra_kit.planning.usage import HOURS_A_MONTH
from infra_kit.recording import Resource

MILLION = 1_000_000
MONTH_DAYS = 30
SECONDS_A_REQUEST = 0.2
"""That one is worked on, where a vendor bills by request: an assumption, the same of all of them."""
_MADE_UP = re.compile(r"\[.+\]")
_WAY_OUT = "; what another stack says goes into --answers"


def number(value: object, default: float = 0) -> float:
    """An input that is a number, or the text of one; else the default.

    Raises:
        UnknownQuantityError: a text stands for it, so that no default is it.
    """
    try:
        return float(value)  # type: ignore[arg-type]  # looked at by `float` itself
    except (TypeError, ValueError):
        if isinstance(value, str) and (made_up := _MADE_UP.search(value)):
            raise UnknownQuantityError(f"its quantity is {made_up[0]}, which nobody here knows{_WAY_OUT}") from None
        return default


def each(value: object) -> Sequence[Mapping[str, Any]]:
    """The mappings of a list, where the program said one."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def many(value: object) -> int:
    """How many a list has; 0 where the program said none that could be counted."""
    return len(value) if isinstance(value, list) else 0


def part(inputs: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """A mapping within mappings; an empty one where the program said none."""
    here: Any = inputs
    for key in path:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def of_type(asked: Asked, *types: str) -> list[Resource]:
    """All resources of some types in the stack."""
    return [it for type_ in types for it in asked.planned.by_type.get(type_, ())]


def siblings(asked: Asked, *types: str) -> list[Resource]:
    """Those in the same component; of what stands beside ours: all that do."""
    owner = asked.planned.component_of
    mine = owner.get(asked.resource.urn, "")
    return [it for it in of_type(asked, *types) if owner.get(it.urn, "") == mine]


def share(asked: Asked) -> float:
    """This resource's part of what is assumed of its component as a whole: one of all of its type in there."""
    return 1 / len(siblings(asked, asked.resource.type)) if asked.made else 1


def sources(it: Resource, *inputs: str) -> frozenset[str]:
    """The URNs of the resources that its inputs, or some of them, are made from."""
    said = it.request.propertyDependencies
    return frozenset(urn for key in inputs or list(said) if key in said for urn in said[key].urns)


def uses(asked: Asked, *types: str, by: Collection[str] = ()) -> list[Resource]:
    """The resources of some types that this one's inputs, or some of them, are made from."""
    named = sources(asked.resource, *by)
    return [it for it in of_type(asked, *types) if it.urn in named]


def used_by(asked: Asked, *types: str, by: Collection[str] = ()) -> list[Resource]:
    """The resources of some types whose inputs, or some of them, are made from this one."""
    return [it for it in of_type(asked, *types) if asked.resource.urn in sources(it, *by)]


def committed(asked: Asked, what: str, sku: str, quantity: float, *, assumed: bool | None = None) -> Line:
    """On demand, or committed to for as long as `infra-kit:usage` says: `<sku>/1y`.

    Args:
        assumed: whether its quantity is. Default: where something else than all hours of a month is said.
    """
    years = asked.usage.commitment
    if years == "none":
        said = asked.usage.hours != HOURS_A_MONTH
        return Line(what, sku, quantity, assumed=said if assumed is None else assumed)
    return Line(f"{what}, committed to for {years}", f"{sku}/{years}", quantity, assumed=True)

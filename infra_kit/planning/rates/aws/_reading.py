"""What several services' rates read in a resource, and in the stack around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.usage import HOURS
from infra_kit.recording import Resource

MILLION = 1_000_000
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def number(value: Any, default: float = 0) -> float:
    """An input that is a number, or the text of one; else the default (a plan may hold a text for what it assumes)."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def used_by(asked: Asked, type_: str) -> Iterator[Resource]:
    """The resources of a type whose inputs or options name this one."""
    urn = asked.resource.urn
    return (it for it in asked.planned.resources if it.type == type_ and urn in it.options.depends_on)


def uses(asked: Asked, type_: str) -> Iterator[Resource]:
    """The resources of a type that this one's inputs or options name."""
    found = (asked.planned.by_urn.get(urn) for urn in sorted(asked.resource.options.depends_on))
    return (it for it in found if it is not None and it.type == type_)


def share(asked: Asked) -> float:
    """This resource's part of what is assumed of its component as a whole: one of all of its type in there."""
    planned, own = asked.planned, asked.planned.component_of.get(asked.resource.urn)
    alike = [it for it in planned.resources if it.type == asked.resource.type]
    return 1 / max(1, sum(planned.component_of.get(it.urn) == own for it in alike)) if own else 1


def is_origin(asked: Asked) -> bool:
    """Whether a Cdn of the stack stands before it: what it answers then leaves by the Cdn."""
    return any(used_by(asked, DISTRIBUTION))


def fixed(what: str, sku: str, quantity: float = 1) -> Rate:
    """Of what costs the same however it is set."""
    return lambda asked: [Line(what, sku, quantity)]  # noqa: ARG005


def committed(asked: Asked, what: str, sku: str, quantity: float, *, saves: str = "reserved") -> Iterator[Line]:
    """On demand, or committed to for as long as `infra-kit:usage` says."""
    years, assumed = asked.usage.commitment, asked.usage.hours != HOURS
    if quantity and years == "none":
        yield Line(what, sku, quantity, assumed=assumed)
    elif quantity:
        yield Line(f"{what}, {saves} for {years}", f"{sku}/{saves}-{years}", quantity, assumed=True)


def machine_hours(asked: Asked, what: str, sku: str, count: float, *, saves: str = "reserved") -> Iterator[Line]:
    """Of machines that may be spot for a part, and are committed to or on demand for the rest."""
    hours, spot = count * asked.usage.hours, asked.usage.spot
    yield from committed(asked, what, sku, hours * (1 - spot), saves=saves)
    if hours * spot:
        yield Line(f"{what}, spot", f"{sku}/spot", hours * spot, assumed=True)


def internet(gb: float, what: str = "data out to the internet") -> Iterator[Line]:
    if gb:
        yield Line(what, "transfer/internet-out", gb, assumed=True)

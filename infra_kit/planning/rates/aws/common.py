"""What the rates of AWS have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.reading import committed, number, used_by
from infra_kit.planning.usage import HOURS_A_MONTH

NOT_HERE = "this program does not say"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
ENDLESS_MONTHS = 12
"""Of what is kept for ever, a year is counted."""
EBS_IOPS, EBS_MBS = 3000, 125
"""That a gp3 volume has without charge."""


def is_origin(asked: Asked) -> bool:
    """Whether a Cdn of the stack stands before it: what it answers then leaves by the Cdn."""
    return bool(used_by(asked, DISTRIBUTION))


def fixed(what: str, sku: str, quantity: float = 1) -> Rate:
    """Of what costs the same however it is set."""
    return lambda asked: [Line(what, sku, quantity)]  # noqa: ARG005


def machine_hours(
    asked: Asked, what: str, sku: str, count: float, *, assumed: bool | None = None, spot: float | None = None
) -> Iterator[Line]:
    """Of machines that may be spot for a part, and are committed to or on demand for the rest.

    Args:
        spot: that part, where the program says it. Default: `usage.spot`.
    """
    hours, part_of = count * asked.usage.hours, asked.usage.spot if spot is None else spot
    if hours * (1 - part_of):
        yield committed(asked, what, sku, hours * (1 - part_of), assumed=assumed)
    if hours * part_of:
        said = spot is not None and asked.usage.hours == HOURS_A_MONTH
        yield Line(f"{what}, spot", f"{sku}/spot", hours * part_of, assumed=bool(assumed) or not said)


def internet(gb: float, what: str = "data out to the internet") -> Iterator[Line]:
    if gb:
        yield Line(what, "transfer/internet-out", gb, assumed=True)


def disk(kind: str, size: float, settings: Mapping[str, Any]) -> Iterator[Line]:
    """A volume of EBS: its GB, and what it is faster than its kind."""
    yield Line(f"{size:g} GB of {kind}", f"ebs/{kind}", size)
    more = number(settings.get("iops")) - (EBS_IOPS if kind == "gp3" else 0)
    if more > 0:
        yield Line(f"{more:g} IOPS", f"ebs/{kind}-iops", more)
    faster = number(settings.get("throughput")) - EBS_MBS
    if faster > 0:
        yield Line(f"{faster:g} MB/s", "ebs/gp3-throughput", faster)

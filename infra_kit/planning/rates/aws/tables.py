"""DynamoDB (https://aws.amazon.com/dynamodb/pricing/): on demand, or by the units that are provisioned.

On demand each request reads once and each message writes once: an assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.reading import MILLION, each, number, part
from infra_kit.planning.usage import HOURS_A_MONTH


def table(asked: Asked) -> Iterator[Line]:
    """What is kept, with its way back to any second; what is read and written, here and in each copy."""
    yield from _kept(asked, asked.inputs)
    if asked.inputs.get("billingMode") == "PAY_PER_REQUEST":
        yield Line("reads", "dynamodb/reads", asked.usage.requests / MILLION, assumed=True)
    else:
        read = _capacity(asked, "readCapacity")
        yield Line("read capacity, with its indexes", "dynamodb/read-capacity", read * HOURS_A_MONTH)
    yield _written(asked, "")
    for copy in each(asked.inputs.get("replicas")):
        place = str(copy.get("regionName"))
        book = ("aws", place)
        yield from (_in(book, line, f"the copy in {place}: ") for line in _kept(asked, copy))
        yield _in(book, _written(asked, "replicated-"), f"the copy in {place}: ")


def _kept(asked: Asked, said: Mapping[str, Any]) -> Iterator[Line]:
    gb = asked.usage.stored_gb
    yield Line(f"{gb:g} GB", "dynamodb/storage", gb, assumed=True)
    if part(said, "pointInTimeRecovery").get("enabled") or said.get("pointInTimeRecovery") is True:
        yield Line(f"{gb:g} GB, back to any second", "dynamodb/point-in-time", gb, assumed=True)


def _written(asked: Asked, kind: str) -> Line:
    if asked.inputs.get("billingMode") == "PAY_PER_REQUEST":
        return Line("writes", f"dynamodb/{kind}writes", asked.usage.messages / MILLION, assumed=True)
    capacity = _capacity(asked, "writeCapacity") * HOURS_A_MONTH
    return Line("write capacity, with its indexes", f"dynamodb/{kind}write-capacity", capacity)


def _capacity(asked: Asked, key: str) -> float:
    """The table's own, and that of each index, which is billed beside it."""
    indexes = each(asked.inputs.get("globalSecondaryIndexes"))
    return number(asked.inputs.get(key), 1) + sum(number(it.get(key), 1) for it in indexes)


def _in(book: tuple[str, str], line: Line, where: str) -> Line:
    return Line(where + line.what, line.sku, line.quantity, assumed=line.assumed, book=book)


RATES: Mapping[str, Rate] = {"aws:dynamodb/table:Table": table}

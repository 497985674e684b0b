"""A figure of a component, as Prometheus has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra_kit.signals import Signal

LATELY = "2m"
"""What a figure of the last minutes is of."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure, in the unit of its signal."""

    expression: str
    """PromQL (https://prometheus.io/docs/prometheus/latest/querying/basics/): one value, without a label."""
    part: str = ""
    """Of the component, where several have the signal. Here one figure is for all of them: the worst."""


REMEMBERED = "15m"
"""For so long a figure counts that cannot be measured any more: a server that is full lets nobody in to count."""

Figures = Mapping[Signal, Sequence[Metric]]


def figures(expressions: Mapping[Signal, str]) -> Figures:
    return {signal: [Metric(expression=expression)] for signal, expression in expressions.items()}


def or_none(expression: str) -> str:
    """0 where nothing is known: what never happened has no series. For what is counted, and where 0 is the alarm."""
    return f"(({expression}) or vector(0))"


def last(series: str) -> str:
    """What was measured last. None where that is too long ago: by then another alert tells that it does not answer."""
    return f"last_over_time({series}[{REMEMBERED}])"


def share(part: str, whole: str) -> str:
    """In per cent; none of nothing is none."""
    return f"100 * {or_none(part)} / (({whole}) > 0 or vector(1))"

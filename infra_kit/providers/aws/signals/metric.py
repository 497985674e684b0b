"""A figure of CloudWatch: one series, or an expression over several."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pulumi

from infra_kit.providers.aws.policies import NAMESPACE

MINUTE = 60
GLOBAL = "us-east-1"
"""Where CloudFront, Route 53 and the bill report to, whatever the component's region
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html,
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html)."""

Missing = Literal["breaching", "notBreaching", "ignore"]
"""What minutes without a figure mean: something is wrong, nothing is, or it stays as it was."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """A metric of a service of AWS."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str = "Average"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """In the unit of its signal."""

    series: Mapping[str, Series]
    """By the name that the expression calls it."""
    expression: pulumi.Input[str] | None = None
    """Of CloudWatch's metric math. None: the one series as it is."""
    missing: Missing = "notBreaching"
    part: str = ""
    """Which of the component's parts it is of: a replica, a node, a consumer. Empty: the component itself."""
    region: str | None = None
    """Where it is reported to, if not to the component's own region."""
    period: int = MINUTE
    """Seconds from one figure to the next."""

    def queries(self, label: str) -> list[dict[str, Any]]:
        """As an alarm asks for it."""
        asked = [{"id": name, "metric": _asked(series, self.period)} for name, series in self.series.items()]
        told = {"label": label, "return_data": True}
        if self.expression is None:
            return [{**each, **told} for each in asked]
        return [*asked, {"id": "figure", "expression": self.expression, **told}]

    def lines(self, mark: str, label: str) -> list[list[Any]]:
        """As a dashboard asks for it: its series, and the figure, which alone is drawn
        (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html).

        Args:
            mark: put behind the names of the series, since other metrics on the same chart have the same.
            label: what is said of the line.
        """
        place = {"region": self.region} if self.region else {}
        alone = self.expression is None
        how = {"label": label} if alone else {"visible": False}
        asked = [
            [*_listed(series), {"id": f"{name}{mark}", "stat": series.statistic, "period": self.period, **how, **place}]
            for name, series in self.series.items()
        ]
        return asked if alone else [*asked, [{"expression": self._marked(mark), "label": label, **place}]]

    def _marked(self, mark: str) -> pulumi.Output[str]:
        """The expression, with the names of the series as they are there."""
        names = re.compile(rf"\b({'|'.join(self.series)})\b")
        known = pulumi.Output.from_input(self.expression)
        return known.apply(lambda it: names.sub(rf"\g<1>{mark}", it or ""))


def _listed(series: Series) -> list[pulumi.Input[str]]:
    return [series.namespace, series.name, *(it for pair in series.dimensions.items() for it in pair)]


def _asked(series: Series, period: int) -> dict[str, Any]:
    return {
        "namespace": series.namespace,
        "metric_name": series.name,
        "dimensions": dict(series.dimensions),
        "stat": series.statistic,
        "period": period,
    }


def plain(series: Series, **more: Any) -> Metric:
    """A series whose figures are in the signal's unit already."""
    return Metric(series={"it": series}, **more)


def told(name: str, dimensions: Mapping[str, pulumi.Input[str]], **more: Any) -> Metric:
    """What functions and machines of ours tell. Where they tell nothing nobody knows, which is an alarm too, unless
    said otherwise."""
    series = Series(namespace=NAMESPACE, name=name, dimensions=dimensions, statistic="Maximum")
    return plain(series, **{"missing": "breaching", **more})


def alive(series: Series, **more: Any) -> Metric:
    """Of what says nothing of how it is, but reports as long as it runs: 100 % where it reports, else missing."""
    return Metric(series={"it": series}, expression="IF(it >= 0, 100, 0)", missing="breaching", **more)

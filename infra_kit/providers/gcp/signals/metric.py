"""A figure of Cloud Monitoring: a query in PromQL, which knows Google's metrics by names of its own
(https://cloud.google.com/monitoring/promql/promql-mapping)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

WINDOW = "5m"
"""Over so long a rate is taken: Google's figures come once a minute, and up to 4 minutes late
(https://cloud.google.com/monitoring/api/metrics_gcp)."""
REMEMBERED = "1d"
"""For so long it is known that something reported that is silent now."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """In the unit of its signal."""

    query: pulumi.Output[str]
    part: str = ""
    """Which of the component's parts it is of: a replica, a consumer. Empty: the component itself."""


def series(metric: str, resource: str, /, *labels: pulumi.Input[str]) -> pulumi.Output[str]:
    """A metric of Google's, e.g. `run.googleapis.com/container/instance_count`.

    Args:
        metric: its name; of a distribution with `_sum`, `_count` or `_bucket` behind it.
        resource: the kind of what it is measured of.
        labels: conditions, e.g. `state="active"`.
    """
    service, _, path = metric.partition("/")
    name = f"{re.sub('[^a-z0-9]', '_', service)}:{re.sub('[^A-Za-z0-9]', '_', path)}"
    chosen = [pulumi.Output.concat(",", label) for label in labels]
    return pulumi.Output.concat(name, f'{{monitored_resource="{resource}"', *chosen, "}")


def is_(label: str, value: pulumi.Input[str]) -> pulumi.Output[str]:
    """A condition of `series`."""
    return pulumi.Output.concat(label, '="', value, '"')


def one_of(label: str, values: Sequence[pulumi.Input[str]]) -> pulumi.Output[str]:
    """One of several, none of which is a pattern."""
    return pulumi.Output.all(*values).apply(lambda known: f'{label}=~"{"|".join(known)}"')


def ends_with(label: str, value: pulumi.Input[str]) -> pulumi.Output[str]:
    """Of what Google writes with the project before it: the text, or what stands behind its last `/` or `:`."""
    return pulumi.Output.concat(label, '=~"(.*[:/])?', value, '"')


def plain(*query: pulumi.Input[str], part: str = "") -> Metric:
    return Metric(query=pulumi.Output.concat(*query), part=part)


def percent(query: pulumi.Output[str], part: str = "") -> Metric:
    """Of a figure from 0 to 1: the worst, where there are several."""
    return plain("100 * max(", query, ")", part=part)


def share(of: pulumi.Output[str], all_: pulumi.Output[str]) -> pulumi.Output[str]:
    """How many percent some counts are of all, in the last minutes. Nothing where there is none at all."""
    some, whole = (pulumi.Output.concat("sum(rate(", it, f"[{WINDOW}]))") for it in (of, all_))
    return pulumi.Output.concat("100 * (", some, " or vector(0)) / (", whole, " > 0)")


def answered(failed: pulumi.Output[str], all_: pulumi.Output[str], part: str = "") -> Metric:
    """Of what tells only how it answers: 100 where it does, 0 where most of the last minutes' answers were failures of
    its own. One that failed is no fall: whoever asked asks again."""
    return plain("100 * ((", share(failed, all_), ") <= bool 50)", part=part)


def alive(query: pulumi.Output[str], part: str = "") -> Metric:
    """Of what says nothing of how it is, but reports as long as it runs: 100 while it does, 0 for a day after."""
    before = pulumi.Output.concat("0 * sum(count_over_time(", query, f"[{REMEMBERED}]))")
    return plain("100 * clamp_max(count(", query, "), 1) or ", before, part=part)

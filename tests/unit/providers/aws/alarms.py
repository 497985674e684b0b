"""Alerts on AWS, recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra_kit import Alerts, Routes
from infra_kit.component import Component
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import AWS, of

ELSEWHERE = AWS | {"infra-kit:region": "eu-west-1"}
OPS = {"P0": Routes(email=["ops@example.com"])}
Watch = Callable[[], Component[Any, Any] | Sequence[Component[Any, Any]]]


def alerts(watch: Watch, config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    def program() -> None:
        made = watch()
        Alerts("alerts", watch=[made] if isinstance(made, Component) else made, **asked)

    return of(program, config)


def alarm(made: Recording, role: str) -> Mapping[str, Any]:
    return made.named(f"alerts-{role}").inputs


def figure(made: Recording, role: str) -> tuple[str, Mapping[str, tuple[str, str]]]:
    """An alarm's expression, and by the names in it, metric and statistic."""
    queries = alarm(made, role)["metricQueries"]
    (told,) = [it for it in queries if it.get("returnData")]
    series = {it["id"]: (it["metric"]["metricName"], it["metric"]["stat"]) for it in queries if "metric" in it}
    return told.get("expression", told["id"]), series

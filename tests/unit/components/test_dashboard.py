"""What a Dashboard may be asked for."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra_kit import Chart, Dashboard, Environment, Network, Postgres, Redis, Target, features
from infra_kit.components.dashboard import DashboardSpec
from infra_kit.errors import SpecError
from infra_kit.signals import OF
from infra_kit.testing import record
from infra_kit.testing.conformance.alerts import standing_for
from tests.unit.refusals import refusal

DB, CACHE = standing_for(Postgres, "db"), standing_for(Redis, "cache")


def spec(**asked: Any) -> DashboardSpec:
    return DashboardSpec.model_validate({"of": [DB, CACHE], **asked})


def refused(**asked: Any) -> str:
    def program() -> None:
        given: dict[str, Any] = {"of": [Postgres("db")], **asked}
        Dashboard("board", **given)

    return refusal(program, SpecError, target="aws", environment="staging").removeprefix("Dashboard 'board': ")


def test_who_says_no_charts_is_shown_all_and_asked_nothing() -> None:
    whole = spec().for_environment(Environment.DEVELOPMENT)
    assert spec().features() == frozenset()
    assert whole.features() == {features.signal(it.KIND, signal) for it in (DB, CACHE) for signal in OF[it.KIND]}


def test_a_chart_is_of_all_that_have_its_signal_or_of_whom_it_names() -> None:
    charts = {"cpu": Chart(signal="cpu"), "one": Chart(signal="cpu", of=["cache"]), "none": Chart(signal="backlog")}
    assert {name: [it.name for it in chart.shows([DB, CACHE])] for name, chart in charts.items()} == {
        "cpu": ["db", "cache"], "one": ["cache"], "none": [],
    }  # fmt: skip


def test_what_a_target_cannot_measure_is_left_out_of_a_chart_and_the_rest_stays() -> None:
    charts = {"cpu": Chart(signal="cpu"), "lag": Chart(signal="replica-lag")}
    left = (
        spec(charts=charts)
        .without(features.signal("postgres", "cpu"))
        .without(features.signal("postgres", "replica-lag"))
    )
    assert left.charts is not None
    assert {name: chart.of for name, chart in left.charts.items()} == {"cpu": ("cache",)}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"of": []}, "of: at least 1 is needed"),
        ({"of": ["db"]}, "a component is needed, as in [db, edge]"),
        ({"charts": {"cpu": Chart(signal="cpu", of=["api"])}}, "charts: cpu: of: 'api' is not shown; there is db"),
        (
            {"charts": {"hits": Chart(signal="cache-hits", of=["db"])}},
            "charts: hits: of: 'db' has no cache-hits; it has uptime, cpu, memory, disk, connections, replica-lag",
        ),
        ({"title": "<b>"}, "title: letters and digits are needed"),
        ({"links": {"Errors": "javascript:alert(1)"}}, "a URL that begins with https:// or http:// is needed"),
        ({"links": {"Errors": 'https://a.example/"><script>'}}, "a URL that begins with https:// or http:// is needed"),
        ({"alerts": "alerts"}, "a Alerts is needed"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, Any], said: str) -> None:
    assert said in refused(**asked)


def test_what_nothing_is_measured_of_is_refused() -> None:
    def program() -> None:
        Dashboard("board", of=[Network("net")])

    said = refusal(program, SpecError, target="aws", environment="staging")
    assert "nothing is measured of a Network ('net')" in said


def test_what_is_elsewhere_or_stood_before_is_refused() -> None:
    def elsewhere() -> None:
        Dashboard("board", of=[Redis("cache", target=Target(name="aws", alias="eu", region="eu-west-1"))])

    def before() -> None:
        Dashboard("board", of=[Postgres.existing("old", url="postgresql://app:x@db.example.com:5432/app")])

    config: dict[str, Any] = {"target": "aws", "environment": "staging", "region": "us-east-1"}
    assert "or give the other target a Dashboard of its own" in refusal(elsewhere, SpecError, **config)
    assert "stood before" in refusal(before, SpecError, **config)


def test_a_link_that_turns_out_to_be_none_stops_the_deployment() -> None:
    def program() -> None:
        links = {"Errors": pulumi.Output.from_input("javascript:alert(1)")}
        Dashboard("board", of=[Redis("cache")], links=links)

    with pytest.raises(ValueError, match="a URL that begins with https:// or http:// is needed"):
        record(program, config={"infra-kit:target": "aws", "infra-kit:environment": "staging"})

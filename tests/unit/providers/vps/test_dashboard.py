"""Dashboard on a VPS: a board of the host's one Grafana."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Alerts, Budget, Chart, Dashboard, Gateway, Redis, Rule, Service, Target
from infra_kit.component import Component
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.vps import grafana, tools
from infra_kit.providers.vps.settings import HostSize
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import HOST, TARGET, everything, file

SERVER = "vps-grafana-server"


def board(**asked: Any) -> Recording:
    return record(lambda: Dashboard("board", target=TARGET, of=everything(), **asked))


def told(made: Recording, name: str = "board") -> Mapping[str, str]:
    """What the step that brings a board says."""
    script = made.named(f"{name}-board").inputs["stdin"].partition("#!/bin/sh")[0]
    return dict(line.split("=", 1) for line in shlex.split(script))


def document(made: Recording, name: str = "board") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(made, name)["BOARD"])
    return found


def charts(made: Recording) -> dict[str, dict[str, Any]]:
    return {it["title"]: it for it in document(made)["panels"] if it["type"] == "timeseries"}


def environment(made: Recording) -> dict[str, str]:
    return dict(it.split("=", 1) for it in made.named(SERVER).inputs["envs"])


def test_a_board_goes_while_grafana_is_stopped_too() -> None:
    gone = board().named("board-board").inputs["delete"]
    assert f"STOPPED='{tools.BUSYBOX} rm -f {grafana.BOARDS}/board.json'\n" in gone


def test_a_host_has_one_grafana_and_a_board_for_each_dashboard() -> None:
    def program() -> None:
        shown = everything()
        Dashboard("board", target=TARGET, of=shown)
        Dashboard("fast", target=TARGET, of=shown, charts={"cpu": Chart(signal="cpu")})

    made = record(program)
    assert len([it for it in made.resources if it.type.endswith(":Container") and it.name == SERVER]) == 1
    assert [document(made, name)["uid"] for name in ("board", "fast")] == ["board", "fast"]
    assert made.named("fast").outputs["url"] == f"http://{SERVER}:3000/d/fast"


def test_nobody_gets_in_without_a_password_that_stands_in_a_file_alone() -> None:
    made = board()
    said = environment(made)
    assert said["GF_SECURITY_ADMIN_PASSWORD__FILE"] == "/run/infra-kit/password"
    assert (said["GF_AUTH_ANONYMOUS_ENABLED"], said["GF_USERS_ALLOW_SIGN_UP"]) == ("false", "false")
    secret = made.named("vps-grafana-password").outputs["result"]
    assert file(made, SERVER, "/password") == secret == made.named("board").outputs["password"]
    assert "password" in made.named("board").secret_outputs
    for it in made.resources:
        clear = {key: value for key, value in it.inputs.items() if key not in it.secret_inputs}
        assert secret not in str(clear), it.name


def test_it_tells_nobody_that_it_is_there() -> None:
    said = environment(board())
    assert {
        said[f"GF_{key}"]
        for key in ("ANALYTICS_REPORTING_ENABLED", "ANALYTICS_CHECK_FOR_UPDATES", "NEWS_NEWS_FEED_ENABLED")
    } == {"false"}
    assert said["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"


def test_nothing_of_it_is_published_and_it_reaches_the_monitoring_alone() -> None:
    inputs = board().named(SERVER).inputs
    assert not inputs.get("ports")
    assert [it["name"] for it in inputs["networksAdvanced"]] == ["vps-monitoring-network"]


def test_its_figures_are_those_of_the_hosts_prometheus() -> None:
    made = board()
    (source,) = json.loads(file(made, SERVER, "/datasource.yaml"))["datasources"]
    assert (source["type"], source["url"]) == ("prometheus", "http://vps-monitoring-prometheus:9090")
    assert source["editable"] is False
    used = {json.dumps(target["datasource"]) for it in charts(made).values() for target in it["targets"]}
    assert used == {json.dumps({"type": source["type"], "uid": source["uid"]}, sort_keys=True)}


def test_what_a_program_made_only_the_program_changes() -> None:
    made = board()
    (provider,) = json.loads(file(made, SERVER, "/boards.yaml"))["providers"]
    assert provider["allowUiUpdates"] is False
    assert provider["options"]["path"] == told(made)["FOLDER"]
    assert document(made)["editable"] is False


def test_a_board_tells_its_versions_apart() -> None:
    first, same, other = board(), board(), board(title="Another")
    assert told(first)["MARK"] == told(same)["MARK"] != told(other)["MARK"]
    assert told(first)["MARK"] in document(first)["description"]


def test_every_heading_has_its_charts() -> None:
    made = board()
    rows = [it["title"] for it in document(made)["panels"] if it["type"] == "row"]
    assert rows == ["Availability", "Traffic", "Errors", "Latency", "Saturation", "Database", "Cache", "Queues"]
    assert [it["legendFormat"] for it in charts(made)["Uptime"]["targets"]] == ["db", "cache", "files", "bus", "site"]
    units = {title: it["fieldConfig"]["defaults"]["unit"] for title, it in charts(made).items()}
    assert (units["Requests"], units["Latency, 95 in 100"], units["Certificate"]) == ("reqps", "s", "d")
    ids = [it["id"] for it in document(made)["panels"]]
    assert len(ids) == len(set(ids))


def test_bounds_are_drawn_as_lines_the_most_urgent_over_others() -> None:
    def program() -> None:
        shown = [Redis("cache", target=TARGET)]
        rules = {
            "busy": Rule(signal="cpu", above=80, level="P2"),
            "busier": Rule(signal="cpu", above=80, level="P0"),
            "first": Rule(signal="cpu", above=60, level="P3"),
        }
        alerts = Alerts("alerts", target=TARGET, watch=shown, rules=rules)
        Dashboard("board", target=TARGET, of=shown, alerts=alerts)

    steps = charts(record(program))["CPU"]["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(it["value"], it["color"]) for it in steps] == [
        (None, "transparent"), (60, "#1f77b4"), (80, "#d62728"),
    ]  # fmt: skip


def test_links_and_the_budget_are_on_it() -> None:
    def program() -> None:
        shown: list[Component[Any, Any]] = [
            Redis("cache", target=TARGET),
            Budget("budget", target=TARGET, monthly=25, currency="EUR"),
        ]
        Dashboard("board", target=TARGET, of=shown, links={"Errors": "https://sentry.example.com"})

    found = document(record(program))
    assert [(it["title"], it["url"]) for it in found["links"]] == [("Errors", "https://sentry.example.com")]
    (note,) = [it for it in found["panels"] if it["type"] == "text"]
    assert note["options"]["content"].startswith("Budget budget: 25 EUR a month.")


def test_its_room_is_counted() -> None:
    small = HOST.model_copy(update={"size": HostSize(cpu=2, memory_gb=1, disk_gb=100)})
    target = Target(name="vps", app="shop", environment=TARGET.environment, settings=small)

    def program() -> None:
        Dashboard("board", target=target, of=[Redis("cache", target=target, memory_gb=0.25)])

    with pytest.raises(SpecError, match=r"vps-grafana-server 0\.5"):
        record(program)


def test_a_gateway_that_only_its_cdn_reaches_is_shown_by_name_only_when_it_has_one() -> None:
    def program(charts: Mapping[str, Chart] | None) -> None:
        api = Service("api", target=TARGET, image="api:1")
        gateway = Gateway("gw", target=TARGET, routes={"/*": api}, public=False, waf=False)
        Dashboard("board", target=TARGET, of=[api, gateway], charts=charts)

    made = record(lambda: program(None))
    assert "Server errors" not in charts(made)
    assert [it for it in made.warnings if "signal:gateway.errors is left out" in it]
    with pytest.raises(UnsupportedFeatureError, match="take the Cdn instead"):
        record(lambda: program({"errors": Chart(signal="errors")}))

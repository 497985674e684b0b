"""A whole application behind its gateway, on four stores that it knows by its links alone: on one stack, in this
order."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.awaiting import until
from tests.live.servers.workloads import TOKEN, Load
from tests.live.services.conftest import open_application
from tests.shop import Shop

REQUESTS = 2_000
PLACE = "a-place-that-nobody-sees"


@pytest.fixture(scope="module")
def application(cli: Path) -> Iterator[Shop]:
    with open_application(cli, "whole") as project:
        ask(project, "1")
        project.up()
        yield project


@pytest.fixture
def visitor(application: Shop) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=application.outputs["url"], verify=trusting(application), timeout=60) as client:
        yield client


def ask(project: Shop, version: str, max_body_mb: int = 1, **variables: str) -> None:
    settings: dict[str, Any] = {"VERSION": version, **variables}
    often = {"check_every": "1s"}
    project.configure(**{"api:environment": settings, "api:max_body_mb": max_body_mb, "infra-kit:local": often})


def trusting(project: Shop) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=project.outputs["ca_certificate"])


def load(project: Shop) -> Load:
    """Visitors who read from the database, through the gateway."""
    return Load(project.outputs["url"], "/leads", visitors=2, tls=trusting(project))


def log(project: Shop, name: str) -> str:
    return (project.home / project.stack / name / "server.log").read_text()


def rules(project: Shop) -> list[dict[str, Any]]:
    """How each rule stands."""
    (alerts,) = json.loads(project.run("status", "--json").stdout)["alerts"]
    return list(alerts["alerts"])


def instances(client: httpx.Client) -> dict[int, str]:
    """The version of each, by process."""
    told = [client.get("/version").json() for _ in range(20)]
    return {it["process"]: it["version"] for it in told}


def give(client: httpx.Client, company: str) -> None:
    """A lead, which goes into all four stores, and is scored by the worker."""
    assert client.post("/leads", json={"company": company}).status_code == 201
    until(lambda: {"company": company, "scored": True} in client.get("/leads").json(), 60)


def test_a_lead_comes_in_by_tls_goes_through_all_stores_and_is_scored(visitor: httpx.Client) -> None:
    give(visitor, "Casa Azul")

    assert list(instances(visitor).values()) == ["1", "1"]


def test_the_service_knows_its_visitor_and_has_the_variables_of_its_own_links(visitor: httpx.Client) -> None:
    seen = visitor.get("/seen", headers={"X-Forwarded-For": "10.0.0.1"}).json()

    assert seen["headers"]["X-Forwarded-Proto"] == "https"
    assert seen["headers"]["X-Forwarded-For"].split(",")[0] == "127.0.0.1"
    assert seen["variables"]["DB_USERNAME"] == "api__db"


def test_a_service_that_is_not_linked_is_refused_by_all_four_stores(visitor: httpx.Client) -> None:
    told = visitor.get("/refusals").json()

    assert "no password supplied" in told["db"]
    assert "must be called with the client already authenticated" in told["cache"]
    assert told["files"] == "AccessDenied"
    assert "authorization violation" in told["events"].lower()


def test_a_second_up_changes_nothing_shows_all_and_keeps_its_secrets(application: Shop) -> None:
    again, status = application.up(), application.run("status")

    assert "Nothing had to change." in again.stderr
    assert log(application, "migrate").count("migrated") == 1
    assert all(name in status.stdout for name in ("api", "scorer", "report", "edge", "alerts", "outside", "board"))
    assert application.outputs["url"] in again.stdout
    state = application.pulumi("stack", "export").stdout
    for secret in (TOKEN, PLACE):
        assert not [text for text in (again.stdout, again.stderr, status.stdout, state) if secret in text]
    assert '"trust"' not in state
    assert "PRIVATE KEY" not in state


def test_an_instance_that_is_killed_costs_no_request_and_is_replaced(application: Shop, visitor: httpx.Client) -> None:
    killed, stays = instances(visitor)
    with load(application) as visits:
        visits.reach(100)
        psutil.Process(killed).kill()
        visits.reach(visits.answered + 300)
        until(lambda: len(instances(visitor).keys() - {killed}) == 2, 60)

    assert visits.failed == []
    assert stays in instances(visitor)
    assert killed not in instances(visitor)


def test_a_release_with_a_change_of_the_gateway_costs_no_request_and_a_bad_version_changes_nothing(
    application: Shop, visitor: httpx.Client
) -> None:
    with load(application) as visits:
        visits.reach(100)
        ask(application, "2", max_body_mb=2)
        application.up()
        give(visitor, "Sol")
        ask(application, "3", max_body_mb=2, HEALTHY="no")
        refused = application.run("up")
        visits.reach(REQUESTS)

    assert visits.failed == []
    assert visits.answered >= REQUESTS
    assert list(instances(visitor).values()) == ["2", "2"]
    assert refused.returncode == 1
    assert "the new version did not take over, the old one goes on" in refused.stderr
    assert "GET /health was answered with 500" in refused.stderr
    assert "version 3 listens" in refused.stderr


def test_after_a_bad_one_the_next_version_takes_over(application: Shop, visitor: httpx.Client) -> None:
    ask(application, "4", max_body_mb=2)

    application.up()

    assert list(instances(visitor).values()) == ["4", "4"]


def test_limits_and_firewall_hold_and_what_was_counted_outlived_the_changes(visitor: httpx.Client) -> None:
    assert [visitor.get("/seen").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert visitor.get("/version?id=1+or+1=1").status_code == 403
    assert visitor.get("/version").headers["Strict-Transport-Security"]


def test_the_report_is_made_when_it_is_due(application: Shop) -> None:
    until(lambda: "report-1 ended well" in log(application, "report"), 180)


def test_every_signal_of_the_whole_is_measured_and_all_is_well(application: Shop) -> None:
    def measured() -> dict[tuple[str, str], float | None]:
        return {(it["rule"], it["component"]): it["value"] for it in rules(application)}

    until(lambda: None not in measured().values(), 60, why=lambda: str(measured()))
    assert len(measured()) == 30
    up = ("down", "outside"), ("no-instances", "api")
    until(lambda: [measured()[it] for it in up] == [100, 100], 60, why=lambda: str(measured()))
    until(lambda: "No alert is firing." in application.run("status").stdout, 180)  # also what was pending is over


def test_every_figure_of_the_whole_is_on_one_page(application: Shop) -> None:
    def page() -> str:
        return httpx.get(application.outputs["board"], timeout=60).text

    def empty() -> list[str]:
        figures = page().split("<figure ")[1:]
        return re.findall("<h3>([^<]*)</h3>", "".join(it for it in figures if "Nothing was measured" in it))

    until(lambda: empty() in ([], ["Cache hits"]), 60, why=page)  # of no read at all there is no share of hits
    until(lambda: "outside <b>100 %</b>" in page(), 60, why=page)
    shown = page()
    assert shown.count("<figure ") == 23
    headings = re.findall("<h2>([^<]*)</h2>", shown)
    assert headings == ["Availability", "Traffic", "Errors", "Latency", "Saturation", "Database", "Cache", "Queues"]
    assert "<b>P0</b> uptime &lt; 100 % for 1s" in shown
    assert application.outputs["board"].removeprefix("http://").rstrip("/") in application.run("status").stdout
    assert PLACE not in shown
    assert TOKEN not in shown


def test_a_killed_store_is_an_alert_that_status_shows(application: Shop) -> None:
    psutil.Process(application.servers()["cache"].pid).kill()

    until(lambda: [it["component"] for it in rules(application) if it["state"] == "firing"] == ["cache"], 60)
    status = application.run("status")
    shown = status.stdout.partition("Alerts:")[2]
    assert status.returncode == 0
    assert re.search(r"^P0 +firing +uptime < 100 % for 1s +cache +0 % ", shown, re.MULTILINE), shown
    told = "webhook of P0 was not told of 'P0 cache: uptime < 100 % for 1s': Connection refused"
    until(lambda: told in log(application, "alerts"), 60, why=lambda: log(application, "alerts"))
    assert PLACE not in log(application, "alerts")


def test_stopped_and_started_all_is_there_again_at_the_same_address(application: Shop, visitor: httpx.Client) -> None:
    outputs, leads = dict(application.outputs), visitor.get("/leads").json()

    stopped = application.run("stop").stdout
    assert all(name in stopped for name in ("api", "scorer", "report", "edge"))
    application.up()

    assert application.outputs == outputs
    assert visitor.get("/leads").json() == leads
    assert list(instances(visitor).values()) == ["4", "4"]
    give(visitor, "Vina")
    until(lambda: not [it for it in rules(application) if it["state"] == "firing"], 60)
    assert log(application, "migrate").count("migrated") == 1

"""A Service behind a Gateway, through `infra-kit up`, on one stack, in this order."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.live.servers.workloads import Load
from tests.live.services.conftest import open_application
from tests.shop import Shop


@pytest.fixture(scope="module")
def edged(cli: Path) -> Iterator[Shop]:
    with open_application(cli, "edged") as project:
        project.configure(**{"api:version": "1"})
        project.up()
        yield project


def trusting(project: Shop) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=project.outputs["ca_certificate"])


def visitor(project: Shop) -> httpx.Client:
    return httpx.Client(base_url=project.outputs["url"], verify=trusting(project), timeout=20)


def test_a_visitor_reaches_both_instances_by_tls_and_the_service_knows_him(edged: Shop) -> None:
    with visitor(edged) as client:
        told = [client.get("/version").json() for _ in range(20)]
        seen = client.get("/seen", headers={"X-Forwarded-For": "10.0.0.1"}).json()["headers"]

    assert len({it["process"] for it in told}) == 2
    assert seen["X-Forwarded-Proto"] == "https"
    assert seen["X-Forwarded-For"].split(",")[0] == "127.0.0.1"


def test_a_second_up_changes_nothing_and_its_state_shows_no_secret(edged: Shop) -> None:
    again = edged.up()

    assert "Nothing had to change." in again.stderr
    state = edged.pulumi("stack", "export").stdout
    assert '"trust"' not in state
    assert "PRIVATE KEY" not in state


def test_an_instance_that_is_killed_costs_no_request_and_is_replaced(edged: Shop) -> None:
    with visitor(edged) as client:
        process = client.get("/version").json()["process"]
        with Load(edged.outputs["url"], visitors=2, tls=trusting(edged)) as load:
            load.reach(100)
            psutil.Process(process).kill()
            load.reach(load.answered + 500)

    assert load.failed == []


def test_a_release_and_a_change_of_the_gateway_under_load_cost_no_request(edged: Shop) -> None:
    with Load(edged.outputs["url"], visitors=3, tls=trusting(edged)) as load:
        load.reach(100)
        edged.configure(**{"api:version": "2", "api:max_body_mb": 2})
        edged.up()
        load.reach(max(2_000, load.answered + 100))

    assert load.failed == []
    assert load.answered >= 2_000
    with visitor(edged) as client:
        assert client.get("/version").json()["version"] == "2"


def test_limits_and_firewall_hold_and_what_was_counted_outlived_the_change(edged: Shop) -> None:
    with visitor(edged) as client:
        assert [client.get("/seen").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
        assert client.get("/version?id=1+or+1=1").status_code == 403
        assert client.get("/version").headers["Strict-Transport-Security"]


def test_stopped_and_started_it_has_the_same_address_and_authority(edged: Shop) -> None:
    before = dict(edged.outputs)

    assert "edge" in edged.run("stop").stdout
    edged.up()

    assert edged.outputs == before
    with visitor(edged) as client:
        assert client.get("/version").status_code == 200

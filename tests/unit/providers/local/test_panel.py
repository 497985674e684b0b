"""Panel on the local target: what its server is told."""

from __future__ import annotations

from typing import Any

from infra_kit import (
    Alerts,
    Budget,
    Dashboard,
    EventBus,
    Gateway,
    ObjectStore,
    Panel,
    Postgres,
    Redis,
    Secret,
    Service,
    Stream,
)
from infra_kit.testing import Recording, record


def program() -> None:
    api = Service("api", image="registry.example:5000/api:1.4", command=["python", "app.py"], port=3000)
    db = Postgres("db", read_replicas=1)
    shown: list[Any] = [
        db, Redis("cache"), ObjectStore("files"), EventBus("bus", streams={"ORDERS": Stream(subjects=["orders.>"])}),
        Secret("key"), api, Gateway("edge", routes={"/*": api}, waf=False), Alerts("alerts", watch=[db]),
        Budget("budget", monthly=10),
    ]  # fmt: skip
    Panel("panel", of=shown, links={"CMS": api.url})


def told(made: Recording) -> Any:
    return made.named("panel-server").inputs


def parts(made: Recording) -> dict[str, dict[str, Any]]:
    return {it["name"]: it for it in told(made)["facts"]["parts"]}


def test_every_part_has_its_address_and_only_a_page_has_a_link() -> None:
    found = parts(record(program))
    assert {name for name, it in found.items() if it["url"]} == {"api", "edge"}
    assert {name for name, it in found.items() if not it["address"]} == {"key", "alerts", "budget"}
    assert found["db"]["address"].startswith("127.0.0.1:2")
    assert found["api"]["version"] == "1.4"


def test_credentials_are_named_and_none_is_told() -> None:
    made = record(program)
    assert {name: it["credentials"] for name, it in parts(made).items() if it["credentials"]} == {
        "db": ["password"], "cache": ["password"], "bus": ["password"], "files": ["secret_key"], "key": ["value"],
    }  # fmt: skip
    assert "recorded-secret" not in str(told(made))
    assert not made.named("panel-server").secret_inputs


def test_a_page_without_a_password_has_a_link_and_no_credential() -> None:
    def page() -> None:
        cache = Redis("cache")
        Panel("panel", of=[cache, Dashboard("dashboard", of=[cache])])

    found = parts(record(page))["dashboard"]
    assert found["url"].startswith("http://127.0.0.1:")
    assert (found["credentials"], found["username"]) == ([], "")


def test_replicas_are_looked_at_too_and_what_has_no_server_is_not() -> None:
    servers = told(record(program))["servers"]
    assert servers["db"] == ["db", "db-replica-1"]
    assert servers["budget"] == []


def test_a_link_that_is_an_output_is_told_as_it_is() -> None:
    assert told(record(program))["facts"]["links"]["CMS"].startswith("http://127.0.0.1:")


def test_its_port_can_be_chosen() -> None:
    made = record(program, config={"infra-kit:local": '{"ports": {"panel": 5050}}'})
    assert made.named("panel").outputs["url"] == "http://127.0.0.1:5050"

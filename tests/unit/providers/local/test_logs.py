"""Logs on this machine: what the program that gathers them is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra_kit import HttpSink, LogClass, Logs, Network, ObjectStore, Postgres, Service
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers.logs import HANDLER
from infra_kit.recording import Resource
from infra_kit.testing import record
from tests.unit.refusals import refusal

SINK = HttpSink(url="https://logs.example.com", token="hush", headers={"X-Org": "acme"})


def made(**asked: Any) -> Resource:
    def program() -> None:
        api = Service("api", command=["python", "app.py"])
        given = {key: value() if callable(value) else value for key, value in asked.items()}
        Logs("logs", of=[api, Postgres("db", read_replicas=1)], **given)

    return record(program).named("logs-server")


def test_it_knows_each_server_and_stands_after_them() -> None:
    it = made()
    assert it.inputs["of"] == {
        "api": {"kind": "service", "servers": ["api"]},
        "db": {"kind": "postgres", "servers": ["db", "db-replica-1"]},
    }
    assert {urn.rpartition("::")[2] for urn in it.options.depends_on} >= {"api-server", "db-server"}


def test_what_is_archived_nowhere_has_no_second_place(tmp_path: Path) -> None:
    def program() -> None:
        Logs("logs", of=[Postgres("db")])

    assert record(program).named("logs").outputs["archive"] == ""
    box = Box(tmp_path, "shop-development", "logs")
    public, _ = HANDLER.outputs(box, Record("local/logs", [], {}), {})
    assert public == {"url": f"file://{box.data}"}


def test_a_sink_and_the_key_of_a_bucket_are_secret() -> None:
    it = made(sink=SINK, archive=lambda: ObjectStore("files"))
    assert {"sinks", "bucket"} <= it.secret_inputs
    (sink,) = it.inputs["sinks"]
    assert (sink["url"], sink["token"], sink["headers"]) == ("https://logs.example.com", "hush", {"X-Org": "acme"})
    assert sink["classes"] == ["application", "audit", "security"]


def test_with_an_archive_a_class_stays_here_for_as_long_as_it_is_not_there() -> None:
    classes = {"application": LogClass(keep="30d"), "audit": LogClass(keep="7y", archive_after="30d")}
    assert made(classes=classes, archive=lambda: ObjectStore("files")).inputs["classes"] == {
        "application": {"keep": 30, "here": 30, "archived": False},
        "audit": {"keep": 2555, "here": 30, "archived": True},
    }
    assert made(classes=classes).inputs["classes"]["audit"] == {"keep": 2555, "here": 2555, "archived": False}


def test_a_lock_and_the_network_are_gaps() -> None:
    locked = {"application": LogClass(keep="30d", locked=True)}
    said = refusal(lambda: Logs("logs", of=[Postgres("db")], classes=locked), UnsupportedFeatureError)
    assert "locked-logs: whoever owns this machine may delete its files" in said
    assert "logs-of:network" in refusal(lambda: Logs("logs", of=[Network("net")]), UnsupportedFeatureError)

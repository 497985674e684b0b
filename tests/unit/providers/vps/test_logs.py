"""Logs on a VPS: what the host's program is told, and what VictoriaLogs keeps."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import shlex
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import HttpSink, LogClass, Logs, ObjectStore, Redis, Service, Target
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.providers.common.log_collector.packing import packed
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import TARGET
from tests.unit.refusals import refusal

SINK = HttpSink.axiom(dataset="shop", token="hush", classes=["application"])


def logs(**asked: Any) -> Recording:
    def program() -> None:
        api, cache = Service("api", target=TARGET, image="api:1"), Redis("cache", target=TARGET)
        made = {key: value() if callable(value) else value for key, value in asked.items()}
        Logs("logs", target=TARGET, of=[api, cache], **made)

    return record(program)


def variables(made: Recording) -> Mapping[str, str]:
    script = made.named("logs-told").inputs["stdin"].partition("#!/bin/sh")[0]
    return dict(line.split("=", 1) for line in shlex.split(script))


def settings(made: Recording) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(variables(made)["SETTINGS"])
    return found


def elsewhere() -> ObjectStore:
    return ObjectStore.existing(
        "b2", bucket="copies", s3_endpoint="https://s3.example.com", access_key="me", secret_key="hush-too"
    )


def test_the_host_is_told_whose_lines_it_keeps_and_for_how_long() -> None:
    told = settings(logs())
    assert (told["app"], told["environment"], told["of"]) == ("shop", "development", ["api", "cache"])
    assert told["classes"] == {
        "application": {"keep": 30, "here": 30, "archived": False},
        "security": {"keep": 730, "here": 730, "archived": False},
        "audit": {"keep": 2555, "here": 2555, "archived": False},
    }


def test_an_archived_class_stays_on_the_host_for_as_long_as_it_is_not_archived() -> None:
    made = logs(archive=elsewhere)
    told = settings(made)
    assert told["classes"]["audit"] == {"keep": 2555, "here": 30, "archived": True}
    assert told["bucket"]["s3_endpoint"] == "https://s3.example.com"
    assert made.named("logs").outputs["archive"] == "s3://copies/shop/development/logs"


def test_a_bucket_of_the_host_itself_is_no_archive() -> None:
    def program() -> None:
        files = ObjectStore("files", target=TARGET)
        Logs("logs", target=TARGET, of=[Redis("cache", target=TARGET)], archive=files)

    assert "archive-elsewhere: the host writes there by TLS" in refusal(program, UnsupportedFeatureError)


def test_what_is_recent_is_searched_for_no_longer_than_any_class_may_be_kept() -> None:
    classes = {"application": LogClass(keep="14d"), "audit": LogClass(keep="1y")}
    command = logs(classes=classes).named("logs-search").inputs["command"]
    assert "-retentionPeriod=14d" in command
    sink = settings(logs())["sinks"][0]
    assert sink["url"].startswith("http://search:9428/insert/jsonline?_time_field=time&_msg_field=message,msg")
    assert sink["container"] == logs().named("logs-search").outputs["name"]


def test_secrets_go_in_by_the_standard_input_alone_and_are_secret_in_the_state() -> None:
    made = logs(sink=SINK, archive=elsewhere)
    assert settings(made)["sinks"][1]["token"] == "hush"
    holds = {it.name: [key for key, value in it.inputs.items() if "hush" in str(value)] for it in made.resources}
    assert {name: keys for name, keys in holds.items() if keys} == {"logs-told": ["stdin"]}
    assert "stdin" in made.named("logs-told").secret_inputs


def test_nothing_of_the_hosts_is_mounted_and_nothing_is_published() -> None:
    search = logs().named("logs-search").inputs
    assert not search.get("ports")
    assert [it.get("hostPath") for it in search["volumes"]] == [None] * len(search["volumes"])
    assert not any("kept" in str(it) for it in search["volumes"])
    assert logs().named("logs-network").inputs["internal"] is True


def test_the_host_goes_by_what_it_is_told_before_up_goes_on() -> None:
    told = variables(logs())
    assert told["GENERATION"] == hashlib.sha256(told["SETTINGS"].encode()).hexdigest()[:16]


def test_what_it_kept_outlives_it_and_nothing_more_is_kept() -> None:
    made = logs()
    assert {"label": "infra-kit-logs", "value": "kept"} in made.named("logs-kept").inputs["labels"]
    assert "rm" in made.named("logs-told").inputs["delete"]
    assert "settings.json" in made.named("logs-told").inputs["delete"]


def test_a_lock_and_flows_are_gaps_with_their_way_out() -> None:
    def locked() -> None:
        classes = {"application": LogClass(keep="30d", locked=True)}
        Logs("logs", target=TARGET, of=[Redis("cache", target=TARGET)], classes=classes)

    assert "locked-logs: whoever owns the host may delete its files" in refusal(locked, UnsupportedFeatureError)


def test_the_program_of_the_host_is_one_file_the_same_each_time_of_the_standard_library() -> None:
    assert packed() == packed()
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(packed()))) as archive:
        assert "__main__.py" in archive.namelist()
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert not any("infra_kit" in line for text in texts for line in text.splitlines() if "import " in line)


@pytest.mark.parametrize("alias", [None, "second"])
def test_the_bootstrap_brings_it(alias: str | None) -> None:
    target = Target(name="vps", alias=alias, app="shop", environment=TARGET.environment, settings=TARGET.settings)
    made = record(lambda: Redis("cache", target=target))
    stdin = made.named(f"{alias or 'vps'}-bootstrap").inputs["stdin"]
    assert f"COLLECTOR={packed()}" in stdin

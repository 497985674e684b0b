from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Config, HttpSink, LogClass, Logs, Postgres
from infra_kit.errors import OptionsError, SpecError
from infra_kit.log_classes import BY_CLASS
from infra_kit.testing import record
from tests.unit.refusals import refusal


def refused(**arguments: Any) -> str:
    def program() -> None:
        given = {"of": lambda: [Postgres("db")], **arguments}
        Logs("logs", **{key: value() if callable(value) else value for key, value in given.items()})

    return refusal(program, SpecError).removeprefix("Logs 'logs': ")


def test_without_a_word_it_is_as_the_first_seed_has_it() -> None:
    made: dict[str, Logs] = {}
    record(lambda: made.update(logs=Logs("logs", of=[Postgres("db")])))
    days = {name: (it.kept_days, it.searched_days, it.locked) for name, it in made["logs"].spec.by_class.items()}
    assert days == {"application": (30, 30, False), "security": (730, 30, False), "audit": (2555, 30, False)}


def test_what_says_nothing_has_no_lines_to_keep() -> None:
    said = refused(of=lambda: [Config("config", values={"level": "info"})])
    assert "of: Config 'config' says nothing; it can be of a service, worker, job" in said


def test_what_stands_already_is_kept_by_whoever_runs_it() -> None:
    said = refused(of=lambda: [Postgres.existing("old", url="postgresql://me:secret@db.example.com/app")])
    assert "Postgres 'old' stands already: whoever runs it keeps its lines" in said


def test_nothing_at_all_and_one_thing_twice_are_refused() -> None:
    assert "of: at least one component is needed" in refused(of=list)
    assert "of: db stands twice" in refused(of=lambda: [Postgres("db")] * 2)


def test_there_is_always_the_class_of_what_says_none() -> None:
    said = refused(classes={"audit": LogClass(keep="7y")})
    assert "classes: application is needed, which every line is that says no other" in said


def test_a_sink_gets_classes_that_there_are() -> None:
    said = refused(sink=HttpSink(url="https://logs.example.com", classes=["audits"]))
    assert "sink: classes: 'audits' is none; there is application, security, audit" in said


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"keep": "36h"}, "keep: whole days are needed, e.g. '30d' or '2y'"),
        ({"keep": "30d", "archive_after": "30d"}, "archive_after: given 30d, less than keep (30d) is needed"),
        ({"keep": "for ever"}, "keep: a duration is a whole number"),
    ],
)
def test_a_class_that_means_nothing_is_refused(asked: Mapping[str, Any], told: str) -> None:
    with pytest.raises(OptionsError) as error:
        LogClass(**asked)
    assert told in str(error.value)


@pytest.mark.parametrize(
    "url", ["http://logs.example.com", "https://me:secret@logs.example.com", "logs.example.com", "ftp://logs"]
)
def test_a_token_leaves_the_machine_by_tls_alone(url: str) -> None:
    with pytest.raises(OptionsError, match="an https:// URL without a password is needed"):
        HttpSink(url=url)
    assert HttpSink(url="http://127.0.0.1:9428/insert").url == "http://127.0.0.1:9428/insert"


def test_axiom_is_posted_to_by_each_target_as_it_can() -> None:
    sink = HttpSink.axiom(dataset="shop", token="hush")
    assert sink.url == "https://us-east-1.aws.edge.axiom.co/v1/ingest/shop?timestamp-field=time"
    assert sink.firehose_url == "https://us-east-1.aws.edge.axiom.co/v1/ingest/shop/firehose"
    assert "hush" not in repr(sink)


def test_the_seeds_classes_can_be_added_to() -> None:
    classes = {**BY_CLASS, "payments": LogClass(keep="10y", archive_after="90d")}
    assert classes["payments"].kept_days == 3650

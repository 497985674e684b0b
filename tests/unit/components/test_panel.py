"""Panel: what can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from infra_kit import Panel, Postgres, Redis
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import record
from tests.unit.refusals import refusal


def refused(**asked: Any) -> str:
    return refusal(lambda: Panel("panel", **{"of": [Redis("cache")], **asked}), SpecError)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"of": []}, "of: at least 1 is needed"),
        ({"of": ["db"]}, "a component is needed, as in [db, edge]"),
        ({"links": {"CMS": "javascript:alert(1)"}}, "a URL that begins with https:// or http:// is needed"),
        ({"links": {"CMS": 'https://cms.example.com/" onclick'}}, "a URL that begins with https://"),
        ({"domains": ["*.example.com"]}, "a panel has whole names"),
        ({"username": "root user"}, "a name of letters, digits"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: Mapping[str, Any], said: str) -> None:
    assert said in refused(**asked)


def test_each_component_stands_once() -> None:
    def program() -> None:
        cache = Redis("cache")
        Panel("panel", of=[cache, cache])

    assert "each component stands once" in refusal(program, SpecError)


def test_what_stood_before_is_left_out() -> None:
    def program() -> None:
        Panel("panel", of=[Postgres.existing("db", url="postgresql://app:pw@db.example.com/app")])

    assert "'db' stood before" in refusal(program, SpecError)


def test_a_link_that_is_known_later_is_looked_at_then() -> None:
    def program() -> None:
        Panel("panel", of=[Redis("cache")], links={"CMS": pulumi.Output.from_input("javascript:alert(1)")})

    with pytest.raises(Exception, match="a URL that begins with"):
        record(program)


def test_a_laptop_publishes_nothing() -> None:
    said = refusal(lambda: Panel("panel", of=[Redis("cache")], domains=["p.example.com"]), UnsupportedFeatureError)
    assert "a laptop publishes nothing" in said

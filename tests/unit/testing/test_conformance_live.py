"""What the live suites ask at once, and how they read a state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit import Target, features
from infra_kit.recording import values
from infra_kit.testing import conformance
from infra_kit.testing.conformance.live import everything
from infra_kit.testing.conformance.suite import ComponentConformance

LOCAL = Target(name="local")
SUITES = [getattr(conformance, name) for name in conformance.__all__ if name != ComponentConformance.__name__]
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
"""How Pulumi marks a secret (sdk/go/common/resource/sig.go)."""


@pytest.mark.parametrize("suite", SUITES)
def test_all_that_local_has_is_asked_at_once_but_what_excludes_other_things(suite: type[ComponentConformance]) -> None:
    it = suite()
    spec = it.spec(everything(it, LOCAL))
    there = {feature for feature, ask in it.asks.items() if not it.gaps(LOCAL, ask)}
    left_out = there - spec.features()
    assert it.gaps(LOCAL, everything(it, LOCAL)) == {}
    assert {feature.family for feature in left_out} <= features.ONE_OF | {features.LONG_RETENTION}


def test_what_two_say_of_one_thing_is_joined() -> None:
    asked = everything(conformance.ServiceConformance(), LOCAL)
    release = asked["release"]
    assert (release.strategy, release.smoke_tests, release.max_error_percent) == ("blue-green", ("/health",), 5)


def state(value: Any) -> Any:
    return {"outputs": {"host": "127.0.0.1", "urls": [{**SECRET, "plaintext": json.dumps(value)}]}}


@pytest.mark.parametrize("value", ["a-secret", {"password": "a-secret"}, None])
def test_a_secret_of_a_state_is_read_and_kept_out_of_what_is_clear(value: Any) -> None:
    found = values.from_state(state(value))
    assert values.plain(found) == {"outputs": {"host": "127.0.0.1", "urls": [value]}}
    assert values.holds_secret(found)
    assert values.clear(found) == {"outputs": {"host": "127.0.0.1", "urls": [None]}}

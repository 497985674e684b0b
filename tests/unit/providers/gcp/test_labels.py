"""Labels: tags in the letters that Google Cloud takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Redis, Target
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging"}


def labels(tags: Mapping[str, str], app: str = "shop") -> dict[str, Any]:
    recording = record(lambda: Redis("cache", target=Target(name="gcp", app=app, tags=tags)), config=GCP)
    found: dict[str, Any] = recording.named("cache-server").inputs["labels"]
    return found


def test_tags_become_labels_in_the_letters_that_are_allowed() -> None:
    assert labels({"Cost Center": "R&D / Köln", "team_1": "Ops-2"}, app="My Shop") == {
        "cost-center": "r-d---k-ln",
        "team_1": "ops-2",
        "app": "my-shop",
        "environment": "staging",
        "component": "cache",
        "managed-by": "infra-kit",
    }


def test_what_is_too_long_is_cut() -> None:
    assert labels({"k" * 70: "v" * 70})["k" * 63] == "v" * 63


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"Team": "a", "team": "b"}, "'team' is 'team' in Google Cloud's letters, and another tag is too"),
        ({"1st": "a"}, "'1st' does not begin with a letter"),
        ({"": "a"}, "'' does not begin with a letter"),
        ({"Google-team": "a"}, "begins with 'goog'"),
        ({f"tag-{number}": "x" for number in range(61)}, "given 65, a resource of Google Cloud has at most 64"),
    ],
)
def test_a_tag_that_would_be_lost_is_refused(tags: Mapping[str, str], why: str) -> None:
    assert why in refusal(lambda: labels(tags), SpecError)

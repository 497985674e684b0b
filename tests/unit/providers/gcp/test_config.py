"""Config on Google Cloud: what Parameter Manager keeps."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from infra_kit import Config, Service
from infra_kit.errors import SpecError
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import IMAGE, PRODUCTION, of, variables

VERSION = "gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion"


def config(values: Mapping[str, str]) -> Recording:
    return of(lambda: Config("settings", values=values), PRODUCTION)


def test_each_value_is_a_parameter_that_is_called_after_its_path() -> None:
    made = config({"database/host": "db.internal", "api_url": "https://api.example.com"})
    it = made.named("settings-parameter-database.host").inputs
    assert it["parameterId"] == "production--database--host"
    assert it["location"] == "europe-west1"
    assert it["kmsKey"] == "settings-key-id"
    assert {each.inputs["parameterData"] for each in made.of_type(VERSION)} == {
        "db.internal",
        "https://api.example.com",
    }


def test_another_value_is_another_version_and_the_same_is_the_same() -> None:
    def version(value: str) -> str:
        made = config({"a": value})
        assert made.named("settings").outputs["references"] == {"a": made.named("settings-version-a").outputs["name"]}
        return str(made.named("settings-version-a").inputs["parameterVersionId"])

    assert version("one") == version("one") != version("two")


def test_what_is_linked_gets_the_values_and_no_right() -> None:
    def program() -> None:
        Service("api", image=IMAGE, links=[Config("settings", values={"database/host": "db.internal"}).link()])

    made = of(program)
    assert variables(made)["SETTINGS_DATABASE_HOST"] == "db.internal"
    assert not [it for it in made.resources if "iam" in it.type.lower()]


def test_a_path_that_is_too_long_for_a_parameter_is_refused() -> None:
    with pytest.raises(SpecError, match=r"Parameter Manager takes 63 characters\. Choose a shorter path"):
        config({"a" * 60: "x"})

"""The provider that a target makes heeds what the stack tells Pulumi's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import ObjectStore
from infra_kit.errors import ConfigError
from infra_kit.testing import Recording, record

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging"}
HERE = GCP | {"infra-kit:region": "europe-west1"}
PROVIDER = "pulumi:providers:gcp"


def made(config: Mapping[str, Any]) -> Recording:
    return record(lambda: ObjectStore("files"), config=config)


def provider(config: Mapping[str, Any]) -> Mapping[str, Any]:
    (found,) = made(config).of_type(PROVIDER)
    return found.inputs


def test_where_the_target_says_nothing_pulumis_own_makes_everything() -> None:
    assert not made(GCP | {"gcp:region": "europe-west1"}).of_type(PROVIDER)


def test_the_targets_region_and_project_come_before_the_stacks_own() -> None:
    config = HERE | {"infra-kit:gcp": '{"project": "shop"}', "gcp:project": "other", "gcp:region": "us-east1"}
    found = provider(config)
    assert (found["project"], found["region"]) == ("shop", "europe-west1")


def test_what_the_target_leaves_unsaid_is_the_stacks_own() -> None:
    found = provider(HERE | {"gcp:project": "shop", "gcp:zone": "europe-west1-b"})
    assert (found["project"], found["zone"]) == ("shop", "europe-west1-b")


@pytest.mark.parametrize(
    ("key", "text", "name"),
    [
        ("gcp:impersonateServiceAccount", "deploy@shop.iam.gserviceaccount.com", "impersonateServiceAccount"),
        ("gcp:billingProject", "shop-billing", "billingProject"),
        ("gcp:requestTimeout", "60s", "requestTimeout"),
        ("gcp:credentials", '{"type": "service_account"}', "credentials"),
    ],
)
def test_texts_are_handed_on_as_they_are(key: str, text: str, name: str) -> None:
    assert provider(HERE | {key: text})[name] == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("userProjectOverride", "true"),
        ("scopes", '["https://www.googleapis.com/auth/cloud-platform"]'),
        ("defaultLabels", '{"team": "data"}'),
        ("batching", '{"enableBatching": false}'),
    ],
)
def test_lists_mappings_and_truth_values_are_too(key: str, text: str) -> None:
    """A provider takes them as JSON."""
    assert json.loads(provider(HERE | {f"gcp:{key}": text})[key]) == json.loads(text)


def test_a_secret_stays_one() -> None:
    config = HERE | {"gcp:credentials": '{"private_key": "hidden"}'}
    secret = record(lambda: ObjectStore("files"), config=config, secrets=["gcp:credentials"])
    (found,) = secret.of_type(PROVIDER)
    assert "credentials" in found.secret_inputs


@pytest.mark.parametrize("key", ["projekt", "skipRegionValidation"])
def test_a_key_that_would_be_lost_is_refused(key: str) -> None:
    with pytest.raises(ConfigError, match=f"gcp:{key}: at most Pulumi's own provider heeds this.*has no such option"):
        made(HERE | {f"gcp:{key}": "true"})

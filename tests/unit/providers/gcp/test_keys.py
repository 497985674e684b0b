"""A component's own key: who may use it, and what stays of it."""

from __future__ import annotations

import pytest

from infra_kit import EventBus, ObjectStore, Postgres, Redis, Stream
from infra_kit.testing import Recording, record

STAGING = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PRODUCTION = STAGING | {"infra-kit:environment": "production"}
KEY = "gcp:kms/cryptoKey:CryptoKey"


def shop() -> None:
    Postgres("db")
    Redis("cache")
    ObjectStore("files")
    EventBus("events", engine="native", streams={"LEADS": Stream(subjects=["lead.*"])})


@pytest.fixture(scope="module")
def made() -> Recording:
    return record(shop, config=PRODUCTION)


def test_each_component_has_its_own_in_production_alone(made: Recording) -> None:
    assert {key.name for key in made.of_type(KEY)} == {"db-key", "cache-key", "files-key", "events-key"}
    assert not record(shop, config=STAGING).of_type(KEY)


@pytest.mark.parametrize(
    ("name", "agent"),
    [
        ("db", "gcp-sa-sqladmin"),
        ("cache", "gcp-sa-redis"),
        ("files", "gs-project-accounts"),
        ("events", "gcp-sa-pubsub"),
    ],
)
def test_the_service_alone_may_use_it_and_no_other_key(made: Recording, name: str, agent: str) -> None:
    grant = made.named(f"{name}-key-grant").inputs
    assert grant["cryptoKeyId"] == f"{name}-key-id"
    assert grant["role"] == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    assert agent in grant["member"]


@pytest.mark.parametrize("name", ["db", "cache", "files", "events"])
def test_what_it_encrypted_can_be_read_when_the_stack_is_gone(made: Recording, name: str) -> None:
    assert made.named(f"{name}-key").options.retain_on_delete
    assert made.named(f"{name}-key").options.protect
    assert made.named(f"{name}-key-grant").options.retain_on_delete


@pytest.mark.parametrize(
    ("resource", "grant"),
    [("db-server", "db"), ("cache-server", "cache"), ("files-bucket", "files"), ("events-stream-LEADS", "events")],
)
def test_nothing_is_encrypted_with_it_before_the_service_may_use_it(made: Recording, resource: str, grant: str) -> None:
    assert made.named(f"{grant}-key-grant").urn in made.named(resource).options.depends_on

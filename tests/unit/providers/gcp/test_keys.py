"""A component's own key: who may use it, and what stays of it."""

from __future__ import annotations

import json

import pytest

from infra_kit import Config, Consumer, EventBus, ObjectStore, Postgres, Redis, Secret, Service, Stream
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


ENCRYPTED = {
    "gcp:parametermanager/regionalParameter:RegionalParameter",
    "gcp:pubsub/topic:Topic",
    "gcp:redis/instance:Instance",
    "gcp:secretmanager/secret:Secret",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:storage/bucket:Bucket",
}


def everything() -> None:
    """With all that is made under a key: copies for a workload's secrets too."""
    db, cache = Postgres("db", read_replicas=1), Redis("cache")
    files, token = ObjectStore("files"), Secret("token")
    consumers = {"mail": Consumer(stream="LEADS")}
    events = EventBus("events", engine="native", streams={"LEADS": Stream(subjects=["lead.*"])}, consumers=consumers)
    settings = Config("settings", values={"database/pool": "5"})
    links = [db.link(), cache.link(), files.link("read"), events.link(consume=["mail"]), token.link(), settings.link()]
    Service("api", image="api:1", links=links, secrets={"KEY": "value"})


def test_nothing_is_encrypted_with_a_key_before_its_service_may_use_it() -> None:
    recording = record(everything, config=PRODUCTION)
    keys = {f"{key.name}-id": recording.named(f"{key.name}-grant").urn for key in recording.of_type(KEY)}
    under = [
        (resource, grant)
        for resource in recording.resources
        for key, grant in keys.items()
        if f'"{key}"' in json.dumps(resource.inputs, default=str) and resource.urn != grant
    ]
    assert {resource.type for resource, _ in under} == ENCRYPTED
    assert len({grant for _, grant in under}) == len(keys) == 7
    assert [resource.name for resource, grant in under if grant not in resource.options.depends_on] == []

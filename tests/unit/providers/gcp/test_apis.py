"""The APIs of a project: switched on once, before what needs them, and left on."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_gcp as gcp
import pytest

from infra_kit import Cdn, EventBus, ObjectStore, Postgres, Redis, Stream
from infra_kit.testing import Recording, record

STAGING = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PRODUCTION = STAGING | {"infra-kit:environment": "production"}
SERVICE = "gcp:projects/service:Service"


def shop() -> None:
    Postgres("db")
    Redis("cache")
    Redis("sessions")
    files = ObjectStore("files")
    EventBus("events", engine="native", streams={"LEADS": Stream(subjects=["lead.*"])})
    Cdn("edge", routes={"/*": files}, domains=["www.example.com"])


def services(made: Recording) -> Mapping[str, str]:
    return {each.inputs["service"].partition(".")[0]: each.urn for each in made.of_type(SERVICE)}


def test_each_api_is_switched_on_once_for_all_components() -> None:
    made = record(shop, config=PRODUCTION)
    names = [each.inputs["service"].partition(".")[0] for each in made.of_type(SERVICE)]
    assert sorted(names) == [
        "certificatemanager", "cloudkms", "compute", "iam", "pubsub", "redis", "secretmanager", "servicenetworking",
        "sqladmin", "storage",
    ]  # fmt: skip


def test_only_what_is_needed_is_switched_on() -> None:
    assert set(services(record(lambda: ObjectStore("files"), config=STAGING))) == {"iam", "storage"}


def test_an_api_stays_on_when_the_stack_goes() -> None:
    for each in record(shop, config=STAGING).of_type(SERVICE):
        assert each.inputs["disableOnDestroy"] is False
        assert not each.options.protect


@pytest.mark.parametrize(
    ("resource", "needed"),
    [
        ("db-server", "sqladmin"),
        ("db-secret", "secretmanager"),
        ("db-key-ring", "cloudkms"),
        ("db-key-agent", "sqladmin"),
        ("cache-server", "redis"),
        ("sessions-server", "redis"),
        ("files-bucket", "storage"),
        ("files-logs", "storage"),
        ("files-account", "iam"),
        ("events-stream-LEADS", "pubsub"),
        ("events-agent", "pubsub"),
        ("gcp-network-vpc", "compute"),
        ("gcp-network-services", "servicenetworking"),
        ("edge-address", "compute"),
        ("edge-redirect", "compute"),
        ("edge-tls", "compute"),
        ("edge-certificates", "certificatemanager"),
    ],
)
def test_what_needs_an_api_waits_for_it(resource: str, needed: str) -> None:
    made = record(shop, config=PRODUCTION)
    assert services(made)[needed] in made.named(resource).options.depends_on


def test_nothing_of_google_is_made_before_its_api() -> None:
    """All but the names that chance makes stands on one of them, by itself or by what it stands on."""
    made = record(shop, config=PRODUCTION)
    apis, there = set(services(made).values()), {each.urn: each for each in made.resources}

    def stands_on_one(urn: str) -> bool:
        return urn in apis or any(stands_on_one(before) for before in there[urn].options.depends_on if before in there)

    google = [each for each in made.resources if each.type.startswith("gcp:")]
    assert [each.name for each in google if not stands_on_one(each.urn)] == []


def test_a_project_of_the_users_own_provider_has_its_own() -> None:
    def program() -> None:
        Redis("cache")
        other = gcp.Provider("other", project="other", region="europe-west4")
        Redis("there", opts=pulumi.ResourceOptions(provider=other))

    made = record(program, config=STAGING)
    redis = [each for each in made.of_type(SERVICE) if each.inputs["service"] == "redis.googleapis.com"]
    assert [each.name for each in redis] == ["gcp-api-redis", "gcp-other-api-redis"]
    assert ["::other::" in (each.options.provider or "") for each in redis] == [False, True]

"""What links to stores give on Google Cloud: rights as narrow as their access."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra_kit import Consumer, EventBus, ObjectStore, Postgres, Redis, Service, Stream
from infra_kit.components.object_store import Access
from infra_kit.errors import SpecError
from infra_kit.links import Link
from infra_kit.testing import Recording
from tests.unit.apart import in_two_networks, on_two_targets, on_two_targets_in_one_network
from tests.unit.providers.gcp.workloads import IMAGE, of, variables

BUCKET = "gcp:storage/bucketIAMMember:BucketIAMMember"


def linked(make: Callable[[], Link]) -> Recording:
    def program() -> None:
        link = make()
        Service("api", image=IMAGE, links=[link])

    return of(program)


def files(*access: Access, **more: Any) -> Recording:
    return linked(lambda: ObjectStore("files").link(*access, **more))


def roles(made: Recording) -> dict[str, str]:
    """What the link's account may do with the bucket."""
    mine = {it.name: it.inputs for it in made.of_type(BUCKET) if it.name.startswith("api-")}
    assert {it["member"] for it in mine.values()} == {
        "serviceAccount:api-c0c0c0@recorded-project.iam.gserviceaccount.com"
    }
    return {name.removeprefix("api-link-files-"): str(it["role"]) for name, it in mine.items()}


@pytest.mark.parametrize(
    ("access", "extra"),
    [
        (("read",), {"object-viewer": "roles/storage.objectViewer"}),
        (("write",), {"object-creator": "roles/storage.objectCreator"}),
        (
            ("read", "write"),
            {"object-viewer": "roles/storage.objectViewer", "object-creator": "roles/storage.objectCreator"},
        ),
        (("delete",), {"object-deleter": "projects/recorded-project/roles/infra_kit_deleter_c0c0c0c0"}),
    ],
)
def test_each_access_to_a_bucket_is_a_role_of_its_own(access: tuple[Access, ...], extra: dict[str, str]) -> None:
    assert roles(files(*access)) == {"bucket-viewer": "roles/storage.bucketViewer", **extra}


def test_who_may_delete_may_do_just_that() -> None:
    assert files("delete").named("api-link-files-deleter").inputs["permissions"] == ["storage.objects.delete"]


def test_a_prefix_holds_for_objects_and_for_lists() -> None:
    made = files("read", "write", prefix="uploads/")
    for what in ("object-viewer", "object-creator"):
        condition = made.named(f"api-link-files-{what}").inputs["condition"]["expression"]
        assert 'resource.name.startsWith("projects/_/buckets/recorded-bucket/objects/uploads/")' in condition
        assert 'objectListPrefix", "").startsWith("uploads/")' in condition
    assert "condition" not in files("read").named("api-link-files-object-viewer").inputs


def test_an_s3_client_gets_a_key_of_the_links_own_account() -> None:
    made = files("read")
    key = made.named("api-link-files-key").inputs
    assert key["serviceAccountEmail"] == "api-c0c0c0@recorded-project.iam.gserviceaccount.com"
    assert variables(made)["FILES_ACCESS_KEY"] == "GOOG1RECORDED"
    assert "secretKeyRef" in variables(made)["FILES_SECRET_KEY"]
    assert made.named("api-secret-FILES_SECRET_KEY-version").inputs["secretData"] == "recorded-hmac-secret"


def bus() -> EventBus:
    streams = {"LEADS": Stream(subjects=["lead.*"]), "ORDERS": Stream(subjects=["order.*"])}
    consumers = {"scoring": Consumer(stream="LEADS"), "billing": Consumer(stream="ORDERS")}
    return EventBus("bus", engine="native", streams=streams, consumers=consumers)


def test_a_link_to_a_bus_publishes_to_its_topics_and_takes_from_its_subscriptions_alone() -> None:
    made = linked(lambda: bus().link(publish=["lead.created"], consume=["billing"]))
    mine = {it.name: it.inputs for it in made.resources if it.name.startswith("api-link-bus-") and "role" in it.inputs}
    assert {name: it["role"] for name, it in mine.items()} == {
        "api-link-bus-publisher-LEADS": "roles/pubsub.publisher",
        "api-link-bus-subscriber-billing": "roles/pubsub.subscriber",
    }
    assert {it["member"] for it in mine.values()} == {made.named("api-link-bus-account").outputs["member"]}
    assert variables(made)["BUS_USERNAME"] == made.named("api-link-bus-account").outputs["email"]


def test_a_link_to_a_database_has_a_role_and_a_password_of_its_own() -> None:
    made = linked(lambda: Postgres("db", databases=["shop", "audit"]).link("read", database="audit"))
    script = made.named("api-link-db-role")
    assert script.inputs["database"] == "audit"
    assert 'GRANT SELECT ON TABLES TO "service__api__audit__db"' in script.inputs["script"]
    assert "recorded-password" not in script.inputs["script"]
    assert {made.named("db-setup-shop").urn, made.named("db-setup-audit").urn} <= script.options.depends_on
    assert script.urn in made.named("api-service").options.depends_on
    told = variables(made)
    assert (told["DB_DATABASE"], told["DB_USERNAME"], told["DB_HOST"]) == (
        "audit",
        "service__api__audit__db",
        "10.0.128.3",
    )
    url = made.named("api-secret-DB_URL-version").inputs["secretData"]
    assert url == "postgresql://service__api__audit__db:recorded-password@10.0.128.3:5432/audit?sslmode=require"


def test_nobody_can_be_held_to_reading_a_cache_so_that_is_refused() -> None:
    with pytest.raises(
        SpecError, match=r"Service 'api': links: Redis 'cache': access: given 'read'; .*link\('readwrite'\)"
    ):
        linked(lambda: Redis("cache").link("read"))


def test_a_link_to_a_cache_is_by_its_password() -> None:
    made = linked(lambda: Redis("cache").link())
    assert variables(made)["CACHE_HOST"] == "10.0.128.11"
    assert made.named("api-secret-CACHE_PASSWORD-version").inputs["secretData"] == "recorded-auth-string"


LINKABLE: Mapping[str, Callable[..., Any]] = {"Postgres": Postgres, "Redis": Redis}


@pytest.mark.parametrize("kind", LINKABLE)
def test_what_stands_in_another_network_is_no_link_away(kind: str) -> None:
    with pytest.raises(SpecError, match=rf"^Service 'api': links: {kind} 'it' stands in network 'one' .*Give both"):
        of(in_two_networks(LINKABLE[kind], IMAGE))


@pytest.mark.parametrize("kind", LINKABLE)
def test_what_another_target_of_the_place_has_is_no_link_away(kind: str) -> None:
    with pytest.raises(SpecError, match=r"network 'two-network' of the target 'two', this one in 'gcp-network' of"):
        of(on_two_targets(LINKABLE[kind], IMAGE, "gcp"))


@pytest.mark.parametrize("kind", LINKABLE)
def test_in_one_network_two_targets_of_the_place_are_linked(kind: str) -> None:
    assert of(on_two_targets_in_one_network(LINKABLE[kind], IMAGE, "gcp")).named("api-reaches-it")

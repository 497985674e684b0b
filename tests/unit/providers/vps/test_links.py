"""Links on a VPS: a user of the link's own, and a network that only the two have in common."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from infra_kit import Config, Consumer, Environment, EventBus, ObjectStore, Postgres, Redis, Secret, Stream, Target
from infra_kit.links import Link
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.workloads import HOST, networks, on, service, told

DEVELOPMENT = on(Environment.DEVELOPMENT)
PUBLISHED = HOST.model_copy(update={"private_address": "192.168.7.2", "private_ports": {"cache": 16379}})
STREAMS = {"LEADS": Stream(subjects=["lead.*"])}
STORES: dict[str, Callable[[], Any]] = {
    "db": lambda: Postgres("db", target=DEVELOPMENT, databases=["app", "second"], read_replicas=1),
    "cache": lambda: Redis("cache", target=DEVELOPMENT, replicas=1),
    "files": lambda: ObjectStore("files", target=DEVELOPMENT),
    "bus": lambda: EventBus("bus", target=DEVELOPMENT, streams=STREAMS, consumers={"mine": Consumer(stream="LEADS")}),
}
LINKS: dict[str, Callable[[Any], Link]] = {
    "db": lambda it: it.link("read", database="second"),
    "cache": lambda it: it.link("read"),
    "files": lambda it: it.link("read", prefix="up/"),
    "bus": lambda it: it.link(consume=["mine"]),
}
each = pytest.mark.parametrize("store", STORES)


def linked(store: str, *, users: int = 1) -> Recording:
    def program() -> None:
        it = STORES[store]()
        for number in range(users):
            service(f"api-{number}", target=DEVELOPMENT, links=[LINKS[store](it)])
        service("other", target=DEVELOPMENT)

    return record(program)


@each
def test_who_is_linked_is_alone_with_the_store_in_a_network(store: str) -> None:
    made = linked(store, users=2)

    for number in range(2):
        network = f"api-{number}-link-{store}-network"
        assert made.named(network).inputs["internal"] is True
        assert networks(made, f"api-{number}-instance-1") == {f"api-{number}-network", network}
        assert f"{store}-server-id {store}-server" in told(made, f"api-{number}-link-{store}-joined")
    assert networks(made, "other-instance-1") == {"other-network"}


@each
def test_a_link_moves_nothing_of_what_stands(store: str) -> None:
    alone, made = record(STORES[store]), linked(store)
    before = {it.urn: it.inputs for it in alone.resources}

    assert before.items() <= {it.urn: it.inputs for it in made.resources}.items()


@each
def test_a_links_user_is_made_by_standard_input_and_goes_with_the_link(store: str) -> None:
    made = linked(store)
    steps = [it for it in made.resources if f"api_0__{store}" in it.inputs.get("delete", "")]

    assert steps
    for step in steps:
        assert "stdin" in step.secret_inputs
        assert "recorded-password" not in step.inputs["create"] + step.inputs["delete"]
        # A server that was replaced since has another id.
        assert "-id" not in step.inputs["delete"].partition("\n")[0]
        assert step.urn in made.named("api-0-instance-1").options.depends_on


@each
def test_a_links_secrets_are_in_no_plain_environment(store: str) -> None:
    it = linked(store).named("api-0-instance-1").inputs

    assert any(value.startswith(f"{store.upper()}_") for value in it["envs"])
    assert "recorded-password" not in str(it)


def test_a_redis_link_holds_on_every_replica() -> None:
    names = {it.name for it in linked("cache").resources}

    assert {"api-0-link-cache-server", "api-0-link-cache-replica-1"} <= names


def test_what_links_say_is_what_the_server_is_told() -> None:
    role = told(linked("db"), "api-0-link-db")
    assert 'GRANT CONNECT ON DATABASE "second" TO "api_0__db";' in role
    assert 'GRANT app_read TO "api_0__db";' in role
    assert "recorded-password" not in role

    identity = told(linked("files"), "api-0-link-files")
    assert "arn:aws:s3:::shop-files/up/*" in identity
    assert "s3:PutObject" not in identity

    entry = re.search(r"^ENTRY='(.*)'$", told(linked("bus"), "api-0-link-bus"), re.MULTILINE)
    assert entry
    assert "$JS.API.CONSUMER.MSG.NEXT.LEADS.mine" in json.loads(entry[1])["permissions"]["publish"]["allow"]


def test_what_is_published_for_other_hosts_is_reached_by_its_name_from_this_one() -> None:
    target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=PUBLISHED)

    def program() -> None:
        cache = Redis("cache", target=target)
        service("api", target=target, links=[cache.link()])

    made = record(program)

    assert "@192.168.7.2:16379/" in made.named("cache").outputs["url"]
    assert {"CACHE_HOST=cache-server", "CACHE_PORT=6379"} <= set(made.named("api-instance-1").inputs["envs"])


def test_secrets_and_values_are_files_that_only_what_is_linked_mounts() -> None:
    def program() -> None:
        key = Secret("jwt", target=DEVELOPMENT, path="jwt/secret")
        values = Config("settings", target=DEVELOPMENT, values={"api/url": "https://x.example.com"})
        service("api", target=DEVELOPMENT, links=[key.link(), values.link()])
        service("other", target=DEVELOPMENT)

    made = record(program)
    mounts = made.named("api-instance-1").inputs["volumes"]

    assert made.named("jwt").outputs["reference"] == "/run/secrets/jwt/development/jwt/secret"
    assert made.named("settings").outputs["references"] == {"api/url": "/run/config/settings/development/api/url"}
    assert {"containerPath": "/run/secrets/jwt", "volumeName": "jwt-data", "readOnly": True} in mounts
    assert {"fromContainer": "settings-files-id:ro"} in mounts
    assert "SETTINGS_API_URL=https://x.example.com" in made.named("api-instance-1").inputs["envs"]
    assert len(made.named("other-instance-1").inputs["volumes"]) == 2


def test_a_secret_is_written_by_standard_input_and_kept_in_production() -> None:
    made = record(lambda: Secret("jwt", target=on(Environment.PRODUCTION), value="hush"))
    step, volume = made.named("jwt-value-file"), made.named("jwt-data")

    assert (step.inputs["create"], set(step.secret_inputs)) == ("sh -s", {"stdin"})
    assert (volume.options.protect, volume.options.retain_on_delete) == (True, True)

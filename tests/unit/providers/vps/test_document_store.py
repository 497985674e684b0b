"""DocumentStore on a VPS: what runs, and what is told to it."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from infra_kit import Backups, Collection, DocumentStore, Environment, Index, Service, Target, Ttl, features
from infra_kit.components.document_store import DocumentStoreSpec
from infra_kit.errors import SpecError
from infra_kit.providers.vps import document_store as driver
from infra_kit.providers.vps.settings import HostSize, VpsSettings
from infra_kit.testing import Recording, record

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")
MESSAGES = Collection(indexes=[Index(fields=["tenant_id", "-timestamp"])], ttl=Ttl(field="expires_at", after="90d"))


def target(environment: Environment = Environment.STAGING) -> Target:
    return Target(name="vps", app="shop", environment=environment, settings=HOST)


def docs(environment: Environment = Environment.STAGING, **asked: Any) -> Recording:
    return record(lambda: DocumentStore("docs", target=target(environment), **asked))


def linked(access: Any = "readwrite") -> Recording:
    def program() -> None:
        store = DocumentStore("docs", target=target())
        Service("api", target=target(), image="registry.example/api:1", links=[store.link(access)])

    return record(program)


def wanted(made: Recording, step: str, key: str = "stdin") -> dict[str, Any]:
    """What `documents.js` is told."""
    text = str(made.named(step).inputs[key])
    line = next(line for line in text.splitlines() if line.startswith("WANTED="))
    (value,) = shlex.split(line.removeprefix("WANTED="))
    return dict(json.loads(value))


def file(made: Recording, name: str) -> str:
    uploads = made.named("docs-server-files").inputs["uploads"]
    (text,) = [upload["content"] for upload in uploads if upload["file"].endswith(f"/{name}")]
    return str(text)


def test_it_is_reached_by_its_name_with_a_password() -> None:
    it = docs().named("docs").outputs
    where = "docs-server:27017/app?authSource=admin&directConnection=true"
    assert it["url"] == it["reader_url"] == f"mongodb://app:recorded-password@{where}"
    assert (it["tls"], it["database"]) == (False, "app")


def test_nobody_gets_in_without_a_password_and_it_is_one_of_a_set() -> None:
    made = docs(memory_gb=4)
    told = json.loads(file(made, "mongod.conf"))
    assert told["security"]["authorization"] == "enabled"
    assert told["replication"] == {"replSetName": "rs0"}
    assert told["storage"]["wiredTiger"]["engineConfig"]["cacheSizeGB"] == 2
    assert "ports" not in made.named("docs-server").inputs


def test_the_container_has_room_for_the_shell_that_sets_it_up() -> None:
    assert docs(memory_gb=1).named("docs-server").inputs["memory"] == 1280


def test_no_password_is_in_an_argument() -> None:
    for made in (docs(), linked()):
        for resource in made.resources:
            clear = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
            assert "recorded-password" not in str(clear), resource.name


def test_collections_indexes_and_expiry_are_told_with_the_endpoints_user() -> None:
    told = wanted(docs(collections={"messages": MESSAGES}), "docs-settings")
    assert told["collections"]["messages"] == {
        "indexes": [{"keys": [["tenant_id", 1], ["timestamp", -1]], "unique": False}],
        "ttl": {"field": "expires_at", "seconds": 90 * 86_400},
    }
    (user,) = told["users"]
    assert user["name"] == "app"
    assert user["roles"] == [{"role": "readWrite", "db": "app"}, {"role": "dbAdmin", "db": "app"}]


def test_a_link_has_a_user_with_just_its_role_who_goes_with_it() -> None:
    made = linked("read")
    told = wanted(made, "api-link-docs")
    assert [(user["name"], user["roles"]) for user in told["users"]] == [("api__docs", [{"role": "read", "db": "app"}])]
    gone = str(made.named("api-link-docs").inputs["delete"])
    assert '"gone": ["api__docs"]' in gone
    assert "recorded-password" not in gone


def test_production_is_told_that_no_copy_leaves_the_host() -> None:
    told = "\n".join(docs(Environment.PRODUCTION).warnings)
    assert "no copy away from the host" in told
    assert "mongodump" in told


def test_a_disk_that_the_host_lacks_is_a_spec_error() -> None:
    small = HOST.model_copy(update={"size": HostSize(cpu=4, memory_gb=8, disk_gb=40)})
    place = Target(name="vps", app="shop", environment=Environment.STAGING, settings=small)
    with pytest.raises(SpecError, match=r"storage_gb: .* has 40 GiB"):
        record(lambda: DocumentStore("docs", target=place, storage_gb=50))


def test_what_one_host_cannot_do_has_a_way_out() -> None:
    found = driver.gaps(DocumentStoreSpec(high_availability=True, dedicated_cpu=True, backups=Backups()), HOST)
    assert "set high_availability=False" in found[features.HIGH_AVAILABILITY]
    assert "rent one that has" in found[features.DEDICATED_CPU]
    assert "mongodump" in found[features.BACKUPS]
    assert "set read_replicas=0" in driver.gaps(DocumentStoreSpec(read_replicas=1), HOST)[features.READ_REPLICAS]

from typing import Any

import pytest

from infra_kit import CorsRule, LifecycleRule, ObjectStore, Service, features
from infra_kit.components.object_store import ObjectStoreSpec
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.refusals import refusal


def test_a_lock_needs_versions_to_lock() -> None:
    message = refusal(lambda: ObjectStore("invoices", retention_lock=1825), SpecError)
    assert message == "ObjectStore 'invoices': retention_lock: it locks versions, set versioning=True too"


def test_what_replaced_versions_do_needs_versions() -> None:
    rules = {"old": LifecycleRule(noncurrent_expire_after_days=30)}
    message = refusal(lambda: ObjectStore("files", lifecycle=rules), SpecError)
    assert message == "ObjectStore 'files': lifecycle: noncurrent_expire_after_days needs versioning=True"


@pytest.mark.parametrize("expire", [29, 30])
def test_objects_expire_after_they_were_archived(expire: int) -> None:
    with pytest.raises(SpecError, match="LifecycleRule: expire_after_days must come after archive_after_days"):
        LifecycleRule(archive_after_days=30, expire_after_days=expire)


def test_without_versions_what_needs_them_goes_too() -> None:
    rules = {
        "replaced": LifecycleRule(noncurrent_expire_after_days=30),
        "both": LifecycleRule(expire_after_days=60, noncurrent_expire_after_days=30),
    }
    left = ObjectStoreSpec(versioning=True, retention_lock=30, lifecycle=rules).without(features.VERSIONING)
    assert left == ObjectStoreSpec(lifecycle={"both": LifecycleRule(expire_after_days=60)})


def test_a_rule_that_loses_its_archive_keeps_the_rest() -> None:
    rules = {"both": LifecycleRule(prefix="a/", archive_after_days=30, expire_after_days=60)}
    left = ObjectStoreSpec(lifecycle=rules).without(features.ARCHIVE)
    assert left.lifecycle == {"both": LifecycleRule(prefix="a/", expire_after_days=60)}


def test_a_method_that_s3_does_not_know_is_refused_with_those_it_knows() -> None:
    with pytest.raises(
        SpecError, match=r"CorsRule: methods\.0: Input should be 'GET', 'HEAD', 'PUT', 'POST' or 'DELETE'"
    ):
        CorsRule(origins=["*"], methods=["PATCH"])  # type: ignore[list-item]


def test_a_list_where_a_mapping_is_needed_is_told() -> None:
    given: Any = [LifecycleRule(expire_after_days=60)]
    message = refusal(lambda: ObjectStore("files", lifecycle=given), SpecError)
    assert message.startswith("ObjectStore 'files': lifecycle: a mapping is needed, given [")


def existing() -> ObjectStore:
    return ObjectStore.existing(
        "offsite", bucket="copies", s3_endpoint="https://s3.example.com", access_key="me", secret_key="hush"
    )


def test_a_bucket_that_stands_already_is_reached_by_its_address_and_keys_and_nothing_is_made() -> None:
    recording = record(existing)
    assert len(recording.resources) == 1
    it = recording.named("offsite")
    assert it.outputs["bucket"] == "copies"
    assert it.outputs["s3_endpoint"] == "https://s3.example.com"
    assert it.secret_outputs == {"secret_key"}


def test_its_links_give_its_own_key_and_cannot_be_narrowed() -> None:
    def program() -> None:
        Service("api", image="registry.example/api:1", command=["x"], links=[existing().link("read")])

    assert record(program).named("api-server").inputs["environment"]["OFFSITE_ACCESS_KEY"] == "me"
    said = refusal(lambda: existing().link("read", prefix="uploads/"), SpecError)
    assert "it stands already, and what its key reaches is said there" in said

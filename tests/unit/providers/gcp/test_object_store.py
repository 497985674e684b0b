"""ObjectStore on Google Cloud: a private bucket, and a key that reaches it alone."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import CorsRule, Environment, LifecycleRule, ObjectStore, Target
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record
from tests.unit.providers.gcp.probe import waits_for

BUCKET = "gcp:storage/bucket:Bucket"
GRANT = "gcp:storage/bucketIAMMember:BucketIAMMember"


def store(
    environment: Environment = Environment.STAGING, *, name: str = "files", region: str = "europe-west1", **asked: Any
) -> Recording:
    target = Target(name="gcp", app="shop", environment=environment, region=region)
    return record(lambda: ObjectStore(name, target=target, **asked))


def grants(made: Recording) -> set[tuple[str, str]]:
    return {(grant.inputs["role"], grant.inputs["member"]) for grant in made.of_type(GRANT)}


def test_the_bucket_is_private_and_in_the_region() -> None:
    bucket = store().named("files-bucket")

    assert bucket.inputs["location"] == "europe-west1"
    assert bucket.inputs["uniformBucketLevelAccess"] is True
    assert bucket.inputs["publicAccessPrevention"] == "enforced"
    assert bucket.inputs["labels"]["component"] == "files"
    assert "name" not in bucket.inputs


def test_the_key_belongs_to_an_account_that_uses_this_bucket_and_nothing_else() -> None:
    made = store()
    account = made.named("files-account")

    assert grants(made) == {
        ("roles/storage.objectUser", account.outputs["member"]),
        ("roles/storage.legacyBucketReader", account.outputs["member"]),
    }
    assert made.named("files-s3-key").inputs["serviceAccountEmail"] == account.outputs["email"]
    assert made.named("files").outputs["access_key"] == "GOOG1RECORDED"
    assert made.named("files").outputs["s3_endpoint"] == "https://storage.googleapis.com"


@pytest.mark.parametrize("name", ["f", "files-of-all-our-tenants"])
def test_an_accounts_id_is_as_long_as_google_takes_it(name: str) -> None:
    made = store(name=name)
    assert 6 <= len(made.named(f"{name}-account").inputs["accountId"]) <= 30


def test_production_has_a_key_of_its_own_logs_and_keeps_what_was_deleted() -> None:
    made = store(Environment.PRODUCTION)
    bucket, logs = made.named("files-bucket"), made.named("files-logs")

    assert bucket.inputs["encryption"] == {"defaultKmsKeyName": "files-key-id"}
    assert bucket.inputs["logging"] == {"logBucket": logs.outputs["name"]}
    assert ("roles/storage.objectCreator", "group:cloud-storage-analytics@google.com") in grants(made)
    assert bucket.inputs["softDeletePolicy"] == {"retentionDurationSeconds": 7 * 86_400}
    assert bucket.inputs["versioning"] == {"enabled": True}
    forget = {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 7, "withState": "ARCHIVED"}}
    assert forget in bucket.inputs["lifecycleRules"]
    assert bucket.inputs["forceDestroy"] is False
    assert bucket.options.protect
    assert bucket.options.retain_on_delete
    assert logs.inputs["publicAccessPrevention"] == "enforced"


def test_versions_that_the_user_asked_for_are_kept_in_production() -> None:
    bucket = store(Environment.PRODUCTION, versioning=True).named("files-bucket")
    assert not [rule for rule in bucket.inputs["lifecycleRules"] if rule["action"]["type"] == "Delete"]


def test_development_is_cheap_and_leaves_nothing_behind() -> None:
    made = store(Environment.DEVELOPMENT)
    (bucket,) = made.of_type(BUCKET)

    assert bucket.inputs["softDeletePolicy"] == {"retentionDurationSeconds": 0}
    assert bucket.inputs["forceDestroy"] is True
    assert not bucket.options.retain_on_delete
    assert not {"encryption", "logging"} & set(bucket.inputs)
    assert bucket.inputs["versioning"] == {"enabled": False}


def test_staging_keeps_what_was_deleted_as_shortly_as_google_allows() -> None:
    bucket = store(Environment.STAGING).named("files-bucket")
    assert bucket.inputs["softDeletePolicy"] == {"retentionDurationSeconds": 7 * 86_400}
    assert bucket.options.retain_on_delete


@pytest.mark.parametrize(("environment", "locked"), [(Environment.PRODUCTION, True), (Environment.STAGING, False)])
def test_a_retention_lock_is_for_ever_in_production(environment: Environment, locked: bool) -> None:
    bucket = store(environment, versioning=True, retention_lock=5 * 365).named("files-bucket")

    assert bucket.inputs["retentionPolicy"] == {"retentionPeriod": str(5 * 365 * 86_400), "isLocked": locked}
    assert bucket.inputs["versioning"] == {"enabled": True}


def test_a_policy_that_was_locked_stays_so_when_its_stack_is_production_no_more() -> None:
    """Another bucket would be made to unlock it, and on the way up it is locked where it stands."""
    lock: dict[str, Any] = {"versioning": True, "retention_lock": 30}
    assert store(Environment.STAGING, **lock).named("files-bucket").options.ignore_changes == (
        "retentionPolicy.isLocked",
    )
    assert not store(Environment.PRODUCTION, **lock).named("files-bucket").options.ignore_changes


def test_the_key_is_given_away_once_it_may_be_used() -> None:
    config = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
    assert waits_for(lambda: ObjectStore("files").access_key, config) >= {"files-objects", "files-lookup"}


def test_what_is_retained_can_still_be_read() -> None:
    made = store(Environment.PRODUCTION)
    assert made.named("files-key-grant").options.retain_on_delete
    assert made.named("files-key").options.retain_on_delete


def test_each_age_of_a_rule_is_a_rule_of_googles() -> None:
    rule = LifecycleRule(
        prefix="cfdi/", archive_after_days=365, expire_after_days=1825, noncurrent_expire_after_days=30
    )
    bucket = store(versioning=True, lifecycle={"cfdi": rule}).named("files-bucket")
    under = {"matchesPrefixes": ["cfdi/"]}

    assert bucket.inputs["lifecycleRules"] == [
        {"action": {"type": "SetStorageClass", "storageClass": "ARCHIVE"}, "condition": {**under, "age": 365}},
        {"action": {"type": "Delete"}, "condition": {**under, "age": 1825, "withState": "LIVE"}},
        {
            "action": {"type": "Delete"},
            "condition": {**under, "daysSinceNoncurrentTime": 30, "withState": "ARCHIVED"},
        },
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7}},
    ]


def test_web_pages_may_do_what_the_rule_says() -> None:
    rule = CorsRule(origins=["https://app.example.com"], methods=["PUT"], headers=["Content-Type"], max_age_seconds=60)
    bucket = store(cors=[rule]).named("files-bucket")

    assert bucket.inputs["cors"] == [
        {
            "origins": ["https://app.example.com"],
            "methods": ["PUT"],
            "responseHeaders": ["Content-Type"],
            "maxAgeSeconds": 60,
        }
    ]


def test_the_public_may_read_an_object_and_not_list_them() -> None:
    made = store(public_read=True)

    assert made.named("files-bucket").inputs["publicAccessPrevention"] == "inherited"
    assert [grant for grant in grants(made) if grant[1] == "allUsers"] == [
        ("roles/storage.legacyObjectReader", "allUsers")
    ]


def test_without_public_read_nothing_is_granted_to_all() -> None:
    assert not [who for _, who in grants(store(Environment.PRODUCTION)) if who.startswith("all")]


@pytest.mark.parametrize("name", ["goog-files", "my-google-files"])
def test_a_name_that_google_keeps_for_itself_is_refused(name: str) -> None:
    with pytest.raises(SpecError, match=f"ObjectStore '{name}'.*Choose another"):
        store(name=name)

"""ObjectStore on AWS: how closed the bucket is, who reaches it, what is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from infra_kit import CorsRule, LifecycleRule, ObjectStore
from infra_kit.components.object_store import ObjectStoreSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws import object_store as driver
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.lacking import gaps
from tests.unit.providers.aws.waits import waiting_for, waits_for
from tests.unit.refusals import refusal

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
PRODUCTION = AWS | {"infra-kit:environment": "production"}
BUCKET = "arn:aws:s3:::files-bucket-1a2b3c4"
OWN_DISTRIBUTIONS = {"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}}


def made(config: Mapping[str, Any] = AWS, **arguments: Any) -> Recording:
    return record(lambda: ObjectStore("files", **arguments), config=config)


def inputs(role: str, config: Mapping[str, Any] = AWS, **arguments: Any) -> Mapping[str, Any]:
    return made(config, **arguments).named(f"files-{role}").inputs


def statements(role: str, config: Mapping[str, Any] = AWS, **arguments: Any) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(inputs(role, config, **arguments)["policy"])["Statement"]
    return listed


def rules(config: Mapping[str, Any] = AWS, **arguments: Any) -> dict[str, Any]:
    return {rule["id"]: rule for rule in inputs("bucket-lifecycle", config, **arguments)["rules"]}


def test_a_bucket_is_closed_encrypted_and_in_versions_in_every_environment() -> None:
    recording = made()

    assert recording.named("files-bucket-ownership").inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    block = recording.named("files-bucket-block").inputs
    assert {key for key, value in block.items() if value is True} == {
        "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"
    }  # fmt: skip
    (encryption,) = recording.named("files-bucket-encryption").inputs["rules"]
    assert encryption["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    assert recording.named("files-bucket-versioning").inputs["versioningConfiguration"] == {"status": "Enabled"}


def test_it_has_the_name_that_pulumi_gives() -> None:
    assert "bucket" not in inputs("bucket")


def test_production_encrypts_with_a_key_of_its_own_that_cloudfront_may_use() -> None:
    recording = made(PRODUCTION)
    (encryption,) = recording.named("files-bucket-encryption").inputs["rules"]
    key = recording.named("files-key")

    assert encryption["bucketKeyEnabled"] is True
    assert encryption["applyServerSideEncryptionByDefault"] == {
        "sseAlgorithm": "aws:kms", "kmsMasterKeyId": key.outputs["arn"]
    }  # fmt: skip
    user = json.loads(recording.named("files-user-policy").inputs["policy"])["Statement"]
    assert {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": key.outputs["arn"]} in user


def test_with_that_key_this_accounts_distributions_read_and_nobody_elses() -> None:
    (_, reads) = statements("key", PRODUCTION)

    assert reads["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert reads["Action"] == ["kms:Decrypt"]
    assert reads["Condition"] == OWN_DISTRIBUTIONS


def test_whoever_signs_with_the_key_of_its_user_waits_until_that_may_do_something() -> None:
    recording = waiting_for("access_key", lambda: ObjectStore("files"), AWS)
    assert waits_for(recording, "files-access-key")
    assert recording.named("files-user-policy").urn in recording.named("files-access-key").options.depends_on


def test_its_policy_asks_for_tls_and_lets_this_accounts_distributions_read() -> None:
    tls, distributions = statements("bucket-policy")

    assert (tls["Effect"], tls["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert tls["Resource"] == [BUCKET, f"{BUCKET}/*"]
    assert distributions["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert (distributions["Action"], distributions["Resource"]) == ("s3:GetObject", f"{BUCKET}/*")
    assert distributions["Condition"] == OWN_DISTRIBUTIONS


def test_the_key_of_its_user_reaches_this_bucket_alone() -> None:
    recording = made()
    (user,) = recording.of_type("aws:iam/user:User")

    assert recording.named("files-user-policy").inputs["user"] == user.outputs["name"]
    granted = statements("user-policy")
    assert {statement["Resource"] for statement in granted} == {BUCKET, f"{BUCKET}/*"}
    actions = {action for statement in granted for action in statement["Action"]}
    assert {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"} <= actions
    assert not [action for action in actions if "*" in action or "Version" in action or "Policy" in action]


def test_with_versioning_its_user_reads_versions_and_deletes_none() -> None:
    actions = {action for statement in statements("user-policy", versioning=True) for action in statement["Action"]}

    assert {"s3:GetObjectVersion", "s3:ListBucketVersions"} <= actions
    assert "s3:DeleteObjectVersion" not in actions


def test_any_s3_client_reaches_it_in_its_region() -> None:
    outputs = made().named("files").outputs

    assert outputs["s3_endpoint"] == "https://s3.us-east-1.amazonaws.com"
    assert (outputs["bucket"], outputs["force_path_style"]) == ("files-bucket-1a2b3c4", False)
    assert outputs["secret_key"] == "recorded-secret-access-key"


@pytest.mark.parametrize(("config", "days"), [(AWS, 1), (PRODUCTION, 7)])
def test_without_versioning_what_was_overwritten_can_be_had_back_as_long_as_backups_last(
    config: Mapping[str, Any], days: int
) -> None:
    undelete = rules(config)["infra-kit-undelete"]

    assert undelete["noncurrentVersionExpiration"] == {"noncurrentDays": days}
    assert undelete["expiration"] == {"expiredObjectDeleteMarker": True}


def test_with_versioning_every_version_stays() -> None:
    assert set(rules(versioning=True)) == {"infra-kit-uploads"}


def test_uploads_that_nobody_finished_go_after_a_week() -> None:
    assert rules()["infra-kit-uploads"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


def test_what_is_archived_is_still_read_at_once() -> None:
    ages = LifecycleRule(prefix="old/", archive_after_days=365, expire_after_days=730, noncurrent_expire_after_days=30)
    rule = rules(versioning=True, lifecycle={"old": ages})["old"]

    assert rule["filter"] == {"prefix": "old/"}
    assert rule["transitions"] == [{"days": 365, "storageClass": "GLACIER_IR"}]
    assert rule["expiration"] == {"days": 730}
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 30}


def test_nobody_gets_around_a_retention_lock_where_data_is_protected() -> None:
    recording = made(PRODUCTION, versioning=True, retention_lock=1825)
    lock = recording.named("files-bucket-lock")

    assert lock.inputs["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "days": 1825}}
    assert lock.options.protect
    assert recording.named("files-bucket-versioning").urn in lock.options.depends_on


def test_a_rehearsals_retention_lock_can_be_bypassed_by_who_destroys_it_and_not_by_the_application() -> None:
    lock = inputs("bucket-lock", versioning=True, retention_lock=1825)
    assert lock["rule"] == {"defaultRetention": {"mode": "GOVERNANCE", "days": 1825}}
    user = statements("user-policy", versioning=True, retention_lock=1825)
    assert not [it for it in user if "s3:BypassGovernanceRetention" in it["Action"]]


def test_a_retention_lock_is_added_to_the_bucket_that_stands() -> None:
    assert inputs("bucket", versioning=True, retention_lock=30) == inputs("bucket", versioning=True)


def test_web_pages_may_use_it_as_cors_says() -> None:
    rule = CorsRule(origins=["https://app.example.com"], methods=["GET", "PUT"], headers=["*"], max_age_seconds=60)
    assert inputs("bucket-cors", cors=[rule])["corsRules"] == [
        {
            "allowedOrigins": ["https://app.example.com"],
            "allowedMethods": ["GET", "PUT"],
            "allowedHeaders": ["*"],
            "maxAgeSeconds": 60,
        }
    ]


def test_cors_that_s3_does_not_take_is_refused() -> None:
    stars = CorsRule(origins=["https://*.example.*"])
    assert "cors: given 'https://*.example.*', S3 takes one '*'" in refusal(
        lambda: ObjectStore("files", cors=[stars]), SpecError, target="aws", environment="staging"
    )
    many = [CorsRule(origins=["*"])] * 101
    assert "cors: given 101 rules, S3 takes 100" in refusal(
        lambda: ObjectStore("files", cors=many), SpecError, target="aws", environment="staging"
    )


def test_public_read_opens_the_block_for_the_policy_alone_and_needs_no_key() -> None:
    recording = made(PRODUCTION, public_read=True)
    block = recording.named("files-bucket-block")

    assert {key for key, value in block.inputs.items() if value is True} == {"blockPublicAcls", "ignorePublicAcls"}
    policy = recording.named("files-bucket-policy")
    assert block.urn in policy.options.depends_on
    everyone = json.loads(policy.inputs["policy"])["Statement"][-1]
    assert (everyone["Principal"], everyone["Action"]) == ({"AWS": "*"}, "s3:GetObject")
    assert not recording.of_type("aws:kms/key:Key")


def test_production_logs_who_reads_into_a_closed_bucket_that_forgets_after_a_year() -> None:
    recording = made(PRODUCTION)
    policy = recording.named("files-logs-policy")

    assert policy.urn in recording.named("files-bucket-logging").options.depends_on
    assert recording.named("files-logs-block").inputs["restrictPublicBuckets"] is True
    kept = {rule["id"]: rule for rule in recording.named("files-logs-lifecycle").inputs["rules"]}
    assert kept["infra-kit-logs"]["expiration"] == {"days": 365}
    grants = json.loads(policy.inputs["policy"])["Statement"]
    assert {"Service": "logging.s3.amazonaws.com"} in [grant["Principal"] for grant in grants]
    assert not made().of_type("aws:s3/bucketLogging:BucketLogging")


def test_what_outlives_its_stack_stays_as_closed_as_it_was() -> None:
    recording = made(PRODUCTION, versioning=True, retention_lock=30)
    parts = [resource for resource in recording.resources if resource.type.startswith("aws:s3/")]

    assert len(parts) > 10
    assert [part.name for part in parts if not part.options.retain_on_delete] == []
    assert not recording.named("files-user").options.retain_on_delete


def test_development_leaves_nothing_behind() -> None:
    recording = made(AWS | {"infra-kit:environment": "development"})

    assert recording.named("files-bucket").inputs["forceDestroy"] is True
    assert not [resource for resource in recording.resources if resource.options.retain_on_delete]
    assert inputs("bucket")["forceDestroy"] is False


def test_overrides_reach_each_part() -> None:
    opts = pulumi.ResourceOptions(retain_on_delete=False)
    recording = made(overrides={"bucket": {"tags": {"cost": "1"}, "opts": opts}, "user": {"path": "/apps/"}})

    assert recording.named("files-bucket").inputs["tags"]["cost"] == "1"
    assert not recording.named("files-bucket").options.retain_on_delete
    assert recording.named("files-user").inputs["path"] == "/apps/"


def test_nothing_that_a_spec_can_ask_is_a_gap() -> None:
    spec = ObjectStoreSpec(
        versioning=True,
        retention_lock=30,
        lifecycle={"old": LifecycleRule(archive_after_days=365, expire_after_days=730)},
        cors=[CorsRule(origins=["*"])],
        public_read=True,
    )

    assert gaps(driver, spec) == {}


@pytest.mark.parametrize("name", ["infra-kit-uploads", "infra-kit-mine", "a" * 256])
def test_a_lifecycle_rule_is_not_called_as_our_own_are(name: str) -> None:
    rules = {name: LifecycleRule(expire_after_days=1)}
    message = refusal(lambda: ObjectStore("files", lifecycle=rules), SpecError, target="aws", environment="staging")
    assert message.startswith(
        f"ObjectStore 'files': lifecycle: given the rule {name!r}; on aws its name has at most 255"
    )

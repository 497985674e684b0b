"""ObjectStore on AWS: a bucket of S3, and a user of IAM whose key reaches that bucket alone.

- Everything is in versions, also where the spec does not ask for them: what was overwritten or deleted by mistake can
  then be had back for as many days as a database of the environment is backed up (production: 7), one at least.
- The archive class is Glacier Instant Retrieval: what is archived is still read by a plain GET, as the S3 API promises
  everywhere. Objects below 128 KB are not worth moving, and S3 leaves them
  (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html).
- A retention lock is Object Lock: in compliance mode where the environment protects its data, so that not even the
  account's root user gets around it; elsewhere in governance mode, which who destroys the stack may bypass
  (`s3:BypassGovernanceRetention`; the bucket's own user may not): else nobody could be rid of what a rehearsal leaves.
  It can be added to a bucket that stands. Another mode or time holds for what is written from then on
  (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html).
- Distributions of CloudFront in the same account may read its objects. Which ones, a bucket cannot know: a
  distribution needs its bucket first, and the policy of a bucket is one document. No other account's may.
- It has a KMS key of its own where the environment has own keys, unless it is public: an anonymous reader cannot call
  KMS (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html). Production logs its accesses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import s3

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.object_store import CorsRule, LifecycleRule, ObjectStoreEndpoint, ObjectStoreSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import buckets, identity, keys, object_store_links, users
from infra_kit.providers.aws.grants import AwsGrant

SUPPORTS = frozenset(
    {
        features.VERSIONING,
        features.ARCHIVE,
        features.EXPIRE,
        features.RETENTION_LOCK,
        features.CORS,
        features.PUBLIC_READ,
    }
)

HINTS: Mapping[Feature, str] = {}

ARCHIVE_CLASS = "GLACIER_IR"
MAX_RULE_NAME = 255
MAX_CORS_RULES = 100
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html"""


@dataclass(frozen=True, kw_only=True)
class AwsBucket:
    """What a Cdn and links need of a bucket."""

    arn: pulumi.Output[str]
    key: pulumi.Output[str] | None
    """What encrypts it; None: S3's own."""
    regional_domain_name: pulumi.Output[str]


def create(scope: Scope, spec: ObjectStoreSpec) -> ObjectStoreEndpoint:
    _check_cors(scope.name, spec.cors)
    _check_lifecycle(scope.name, spec.lifecycle)
    key = None if spec.public_read else keys.key_arn(scope, services=(keys.CLOUDFRONT,))
    bucket = buckets.create(scope, "bucket", key=key, public=spec.public_read)
    buckets.lifecycle(scope, bucket, _rules(scope, spec))
    buckets.policy(scope, bucket, _cloudfront_reads, *([_everyone_reads] if spec.public_read else []))
    _retention_lock(scope, bucket, spec)
    _cors(scope, bucket, spec)
    _access_logs(scope, bucket)
    user = _user(scope, bucket.bucket, key, spec)
    return ObjectStoreEndpoint(
        bucket=bucket.bucket.bucket,
        s3_endpoint=pulumi.Output.concat("https://s3.", bucket.bucket.region, ".", identity.domain(scope)),
        region=bucket.bucket.region,
        access_key=user.key_id,
        secret_key=user.secret,
        force_path_style=pulumi.Output.from_input(False),  # noqa: FBT003
        native=AwsBucket(
            arn=bucket.bucket.arn, key=key, regional_domain_name=bucket.bucket.bucket_regional_domain_name
        ),
    )


def link(scope: Scope, link: Link) -> Grant:
    endpoint: ObjectStoreEndpoint = link.to.endpoint
    statements = object_store_links.statements(link, scope.native(link.to, AwsBucket))
    # A client of S3 that is given no keys signs as the role that the task runs as.
    return endpoint.grant(link, keys=False, native=AwsGrant(statements=statements))


def _check_cors(name: str, rules: Sequence[CorsRule]) -> None:
    """S3 takes one `*` in an origin or a header (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html)."""
    if len(rules) > MAX_CORS_RULES:
        raise SpecError(f"ObjectStore {name!r}: cors: given {len(rules)} rules, S3 takes {MAX_CORS_RULES}. Join some.")
    for text in (text for rule in rules for text in (*rule.origins, *rule.headers)):
        if text.count("*") > 1:
            raise SpecError(f"ObjectStore {name!r}: cors: given {text!r}, S3 takes one '*' in it. Write out the rest.")


def _check_lifecycle(name: str, rules: Iterable[str]) -> None:
    """A bucket's rules are told apart by their names (https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html)."""
    for rule in rules:
        if rule.startswith(buckets.OURS) or len(rule) > MAX_RULE_NAME:
            raise SpecError(
                f"ObjectStore {name!r}: lifecycle: given the rule {rule!r}; on aws its name has at most "
                f"{MAX_RULE_NAME} characters and does not begin with {buckets.OURS!r}, as our own do. Choose another."
            )


def _rules(scope: Scope, spec: ObjectStoreSpec) -> list[dict[str, Any]]:
    asked = [_rule(name, rule) for name, rule in sorted(spec.lifecycle.items())]
    return asked if spec.versioning else [*asked, buckets.undelete(max(1, scope.defaults.backup_days))]


def _rule(name: str, rule: LifecycleRule) -> dict[str, Any]:
    what: dict[str, Any] = {}
    if rule.archive_after_days:
        what["transitions"] = [{"days": rule.archive_after_days, "storage_class": ARCHIVE_CLASS}]
    if rule.expire_after_days:
        what["expiration"] = {"days": rule.expire_after_days}
    if rule.noncurrent_expire_after_days:
        what["noncurrent_version_expiration"] = {"noncurrent_days": rule.noncurrent_expire_after_days}
    return buckets.rule(name, rule.prefix, **what)


def _cloudfront_reads(place: buckets.Place) -> buckets.Statement:
    """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html

    Objects only: who may list a bucket is shown all of it at `/`."""
    distributions = f"arn:{place.partition}:cloudfront::{place.account}:distribution/*"
    return {
        "Sid": "OwnDistributionsRead",
        "Effect": "Allow",
        "Principal": {"Service": keys.CLOUDFRONT},
        "Action": "s3:GetObject",
        "Resource": place.objects,
        "Condition": {"ArnLike": {"aws:SourceArn": distributions}},
    }


def _everyone_reads(place: buckets.Place) -> buckets.Statement:
    # Why not CKV_AWS_70: its user asked for a bucket that all may read.
    return {
        "Sid": "EveryoneReads",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "s3:GetObject",
        "Resource": place.objects,
    }


def _retention_lock(scope: Scope, bucket: buckets.Bucket, spec: ObjectStoreSpec) -> None:
    """Protected as the data is: taken off, what is written from then on is not locked."""
    if spec.retention_lock is None:
        return
    mode = "COMPLIANCE" if scope.defaults.protect else "GOVERNANCE"
    buckets.part(
        scope,
        bucket.role,
        "lock",
        s3.BucketObjectLockConfiguration,
        stateful=True,
        bucket=bucket.versioned,
        rule={"default_retention": {"mode": mode, "days": spec.retention_lock}},
    )


def _cors(scope: Scope, bucket: buckets.Bucket, spec: ObjectStoreSpec) -> None:
    if not spec.cors:
        return
    rules = [
        {
            "allowed_origins": list(rule.origins),
            "allowed_methods": list(rule.methods),
            "allowed_headers": list(rule.headers),
            "max_age_seconds": rule.max_age_seconds,
        }
        for rule in spec.cors
    ]
    buckets.part(scope, bucket.role, "cors", s3.BucketCorsConfiguration, bucket=bucket.bucket.bucket, cors_rules=rules)


def _access_logs(scope: Scope, bucket: buckets.Bucket) -> None:
    if not scope.defaults.monitoring:
        return
    buckets.part(
        scope,
        bucket.role,
        "logging",
        s3.BucketLogging,
        bucket=bucket.bucket.bucket,
        target_bucket=buckets.log_bucket(scope, "logs", _s3_writes_logs),
        target_prefix="",
    )


def _s3_writes_logs(place: buckets.Place) -> buckets.Statement:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"""
    return {
        "Sid": "OwnBucketsLog",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": place.objects,
        "Condition": {"StringEquals": {"aws:SourceAccount": place.account}},
    }


def _user(scope: Scope, bucket: s3.Bucket, key: pulumi.Output[str] | None, spec: ObjectStoreSpec) -> users.User:
    """Whose key reaches this bucket, and nothing else."""
    arns = pulumi.Output.all(bucket.arn, *([key] if key else []))
    return users.user(scope, arns.apply(lambda known: _grant(known[0], known[1:], versioning=spec.versioning)))


def _grant(bucket: str, key: Sequence[str], *, versioning: bool) -> str:
    """Reads, writes, lists and deletes objects, and reads their versions: none can be deleted with this key, so that
    what the application loses is not lost."""
    objects = ["GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts"]
    lists = ["GetBucketLocation", "ListBucket", "ListBucketMultipartUploads"]
    versions = [["GetObjectVersion"], ["ListBucketVersions"]] if versioning else [[], []]
    statements = [
        _allow([f"s3:{action}" for action in (*objects, *versions[0])], f"{bucket}/*"),
        _allow([f"s3:{action}" for action in (*lists, *versions[1])], bucket),
        *(_allow(["kms:GenerateDataKey", "kms:Decrypt"], arn) for arn in key),
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _allow(actions: Sequence[str], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}

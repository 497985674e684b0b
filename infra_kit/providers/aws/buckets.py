"""S3 buckets as every driver here makes them: private, encrypted, versioned, TLS only.

A child of its own for each setting, all retained with the bucket: one that outlives its stack stays as closed as it
was. Each waits for what it needs by reading the bucket's name from it.

Why not CKV_AWS_144: S3 keeps an object in three zones at least, and a copy in another region doubles the price. Why not
CKV2_AWS_62: there is nobody to be told of new objects.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pulumi
from pulumi_aws import s3

from infra_kit.component import Scope
from infra_kit.providers.aws import identity, log_groups

R = TypeVar("R", bound=pulumi.Resource)
Ownership = Literal["BucketOwnerEnforced", "BucketOwnerPreferred"]
Statement = Mapping[str, Any]

OURS = "infra-kit-"
"""What the names of our own lifecycle rules begin with."""
ABORT_DAYS = 7
"""The parts of an upload that nobody finished are invisible, and paid for."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the statements of a bucket's policy name."""

    arn: str
    partition: str
    account: str

    @property
    def objects(self) -> str:
        return f"{self.arn}/*"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket, and its name as it is known once it is safe to go on."""

    role: str
    bucket: s3.Bucket
    closed: pulumi.Output[str]
    """Once the block of public access stands."""
    versioned: pulumi.Output[str]
    """Once it keeps versions."""


def create(
    scope: Scope,
    role: str,
    *,
    key: pulumi.Output[str] | None = None,
    ownership: Ownership = "BucketOwnerEnforced",
    public: bool = False,
) -> Bucket:
    """A bucket and what closes it. Its lifecycle and its policy are the caller's to add.

    Args:
        scope: the component's.
        role: its role among the component's children; what belongs to it is `<role>-block`, and so on.
        key: the KMS key that encrypts it; None for S3's own (SSE-S3).
        ownership: whether access lists count. Only the legacy logs of CloudFront need them.
        public: lets its policy open it to everyone. Access lists stay blocked.
    """
    destroyable = not scope.defaults.retain_data
    made = scope.resource(
        role, s3.Bucket, stateful=True, retain_on_delete=True, force_destroy=destroyable, tags=scope.tags
    )
    owned = part(
        scope, role, "ownership", s3.BucketOwnershipControls, bucket=made.bucket, rule={"object_ownership": ownership}
    )
    block = _block(scope, role, owned.bucket, public=public)
    _encryption(scope, role, made.bucket, key)
    versioning = part(
        scope, role, "versioning", s3.BucketVersioning,
        bucket=made.bucket, versioning_configuration={"status": "Enabled"},
    )  # fmt: skip
    return Bucket(role=role, bucket=made, closed=block.bucket, versioned=versioning.bucket)


def part(scope: Scope, role: str, name: str, make: type[R], *, stateful: bool = False, **props: Any) -> R:
    """A setting of the bucket `role`, which stays where the bucket stays."""
    return scope.resource(f"{role}-{name}", make, stateful=stateful, retain_on_delete=True, **props)


def _block(scope: Scope, role: str, bucket: pulumi.Output[str], *, public: bool) -> s3.BucketPublicAccessBlock:
    return part(
        scope,
        role,
        "block",
        s3.BucketPublicAccessBlock,
        bucket=bucket,
        block_public_acls=True,
        ignore_public_acls=True,
        # Why not CKV_AWS_54, CKV_AWS_56 and CKV2_AWS_6 with public_read: its user asked for a bucket that all may read.
        block_public_policy=not public,
        restrict_public_buckets=not public,
    )


def _encryption(scope: Scope, role: str, bucket: pulumi.Output[str], key: pulumi.Output[str] | None) -> None:
    default = {"sse_algorithm": "aws:kms", "kms_master_key_id": key} if key else {"sse_algorithm": "AES256"}
    part(
        scope,
        role,
        "encryption",
        s3.BucketServerSideEncryptionConfiguration,
        bucket=bucket,
        # One call to KMS for many objects (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html).
        rules=[{"apply_server_side_encryption_by_default": default, "bucket_key_enabled": key is not None}],
    )


def lifecycle(scope: Scope, bucket: Bucket, rules: Sequence[Mapping[str, Any]]) -> None:
    """What becomes of its objects, and of uploads that nobody finished."""
    uploads = rule(f"{OURS}uploads", abort_incomplete_multipart_upload={"days_after_initiation": ABORT_DAYS})
    part(
        scope,
        bucket.role,
        "lifecycle",
        s3.BucketLifecycleConfiguration,
        bucket=bucket.versioned,
        rules=[uploads, *rules],
    )


def rule(name: str, prefix: str = "", **what: Any) -> dict[str, Any]:
    """A rule for the objects whose key begins so."""
    return {"id": name, "status": "Enabled", "filter": {"prefix": prefix}, **what}


def undelete(days: int) -> dict[str, Any]:
    """Versions are kept for so many days after they were replaced or deleted, and then nothing is left of them."""
    return rule(
        f"{OURS}undelete",
        expiration={"expired_object_delete_marker": True},
        noncurrent_version_expiration={"noncurrent_days": days},
    )


def policy(scope: Scope, bucket: Bucket, *grants: Callable[[Place], Statement]) -> s3.BucketPolicy:
    """The one policy of a bucket: TLS only, and these grants."""

    def document(known: Sequence[Any]) -> str:
        place = Place(arn=known[0], partition=known[1], account=known[2])
        return json.dumps(
            {"Version": "2012-10-17", "Statement": [tls_only(place), *(grant(place) for grant in grants)]}
        )

    place = pulumi.Output.all(bucket.bucket.arn, identity.partition(scope), identity.account(scope))
    return part(scope, bucket.role, "policy", s3.BucketPolicy, bucket=bucket.closed, policy=place.apply(document))


def tls_only(place: Place) -> Statement:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [place.arn, place.objects],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def log_bucket(
    scope: Scope, role: str, *grants: Callable[[Place], Statement], ownership: Ownership = "BucketOwnerEnforced"
) -> pulumi.Output[str]:
    """A bucket for access logs, which keeps them as long as log groups of production keep theirs; its name, once its
    policy stands: S3 logs to no bucket that it may not write to.

    Args:
        scope: the component's.
        role: its role among the component's children.
        grants: who writes there, by the bucket's policy.
        ownership: see `create`.
    """
    # Why not CKV_AWS_145: S3 delivers its access logs only where its own encryption is the default
    # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html); CloudFront's are alike.
    # Why not CKV_AWS_18: a log of who read the log would grow by itself.
    bucket = create(scope, role, ownership=ownership)
    kept = rule(f"{OURS}logs", expiration={"days": log_groups.MONITORED_DAYS})
    lifecycle(scope, bucket, [kept, undelete(1)])
    return policy(scope, bucket, *grants).bucket

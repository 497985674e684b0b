"""ObjectStore on Google Cloud: a Cloud Storage bucket, reached by its S3-compatible API with an HMAC key.

- The bucket is private by uniform access and by public access prevention; with `public_read`, anyone may read an object
  whose key they know, and nobody may list (https://cloud.google.com/storage/docs/access-control/making-data-public).
- The key belongs to a service account of the store's own, which may use objects of this bucket and nothing else.
- A link has a service account of its own with a key of its own: an S3 client finds no identity in Google Cloud by
  itself. The account may do just what the link says (`object_store_links`).
- What is deleted can be brought back for as many days as the environment keeps backups, at least the 7 that soft delete
  demands (https://cloud.google.com/storage/docs/soft-delete). In production, versions are kept that long too where the
  spec does not ask for them: what was overwritten is then had back by any S3 client.
- `retention_lock` is a retention policy (https://cloud.google.com/storage/docs/bucket-lock). With versions, what is
  retained may be followed by another version and stays beside it; the two did exclude each other once, and tools that
  are not of today still say so. In production the policy is locked: nobody, Google's support included, can lift or
  shorten it, and the project cannot be deleted before it has run out. Elsewhere it holds too, but its owner can lift
  it, or a trial would stand for years. What was locked once stays locked, whatever its stack becomes.
- Logs of usage, where the environment asks for them, go to a bucket beside it, kept `LOG_DAYS`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_gcp import storage

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.object_store import CorsRule, LifecycleRule, ObjectStoreEndpoint, ObjectStoreSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import buckets, object_store_links
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.place import region

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

S3_API = "https://storage.googleapis.com"
LOG_DAYS = 90
LOG_WRITER = "group:cloud-storage-analytics@google.com"
"""Who delivers the logs of usage (https://cloud.google.com/storage/docs/access-logs)."""

READ_OBJECT = "roles/storage.legacyObjectReader"
"""Reads an object whose key is known, lists nothing (https://cloud.google.com/storage/docs/access-control/iam-roles)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class GcpBucket:
    """A bucket's handles, for a Cdn."""

    name: pulumi.Output[str]
    host: pulumi.Output[str]
    """Where it alone answers the S3 API, e.g. `shop-files-1a2b3c4.storage.googleapis.com`."""
    region: pulumi.Output[str]


def create(scope: Scope, spec: ObjectStoreSpec) -> ObjectStoreEndpoint:
    _check_name(scope.name)
    location = region(scope)
    bucket = _bucket(scope, spec, location)
    if spec.public_read:
        buckets.grant(scope, "public", bucket.name, READ_OBJECT, "allUsers")
    key, grants = _s3_key(scope, bucket)
    return ObjectStoreEndpoint(
        bucket=bucket.name,
        s3_endpoint=pulumi.Output.from_input(S3_API),
        region=location,
        access_key=after(key.access_id, *grants),
        secret_key=pulumi.Output.secret(key.secret),
        force_path_style=pulumi.Output.from_input(True),  # noqa: FBT003
        native=GcpBucket(
            name=bucket.name, host=pulumi.Output.concat(bucket.name, ".storage.googleapis.com"), region=location
        ),
    )


def _check_name(name: str) -> None:
    """Buckets are named after their store (https://cloud.google.com/storage/docs/buckets#naming)."""
    if name.startswith("goog") or "google" in name:
        raise SpecError(
            f"ObjectStore {name!r}: no bucket of Google Cloud may be called after Google: a name does not begin with "
            "'goog' nor have 'google' in it. Choose another."
        )


def _bucket(scope: Scope, spec: ObjectStoreSpec, location: pulumi.Output[str]) -> storage.Bucket:
    # Why not CKV_GCP_114 and CKV_GCP_28 with public_read: the user asks for just what they prevent.
    key = key_id(scope, service="storage", location=location)
    return scope.resource(
        "bucket",
        storage.Bucket,
        stateful=True,
        retain_on_delete=True,
        depends_on=[api(scope, "storage")],
        # To unlock a policy, the provider would make another bucket.
        ignore_changes=[] if scope.defaults.protect else ["retentionPolicy.isLocked"],
        **buckets.private(scope, location, public=spec.public_read),
        versioning={"enabled": spec.versioning or scope.defaults.protect},
        lifecycle_rules=_lifecycle(scope, spec),
        cors=[_cors(rule) for rule in spec.cors],
        soft_delete_policy={"retention_duration_seconds": buckets.soft_delete(scope)},
        retention_policy=_retention(scope, spec),
        encryption={"default_kms_key_name": key} if key else None,
        logging={"log_bucket": _log_bucket(scope, location).name} if scope.defaults.monitoring else None,
    )


def _retention(scope: Scope, spec: ObjectStoreSpec) -> dict[str, Any] | None:
    if spec.retention_lock is None:
        return None
    return {"retention_period": str(spec.retention_lock * buckets.DAY), "is_locked": scope.defaults.protect}


def _lifecycle(scope: Scope, spec: ObjectStoreSpec) -> list[dict[str, Any]]:
    asked = [rule for each in spec.lifecycle.values() for rule in _rules(each)]
    own = [] if spec.versioning or not scope.defaults.protect else [buckets.forget(max(scope.defaults.backup_days, 1))]
    return [*asked, *own, buckets.UNFINISHED]


def _rules(rule: LifecycleRule) -> list[dict[str, Any]]:
    """A rule of ours as Google's: one an action. Whatever a rule deletes, a retention policy holds until its end."""
    where = {"matches_prefixes": [rule.prefix]} if rule.prefix else {}
    archive = {"type": "SetStorageClass", "storage_class": "ARCHIVE"}
    delete = {"type": "Delete"}
    wanted = (
        (archive, rule.archive_after_days, {"age": rule.archive_after_days}),
        # With versioning, what is deleted becomes a version, and the versions have a rule of their own.
        (delete, rule.expire_after_days, {"age": rule.expire_after_days, "with_state": "LIVE"}),
        (
            delete,
            rule.noncurrent_expire_after_days,
            {"days_since_noncurrent_time": rule.noncurrent_expire_after_days, "with_state": "ARCHIVED"},
        ),
    )
    return [{"action": action, "condition": {**where, **when}} for action, days, when in wanted if days]


def _cors(rule: CorsRule) -> dict[str, Any]:
    return {
        "origins": list(rule.origins),
        "methods": list(rule.methods),
        # The one list says both what a page may send and what it may read
        # (https://cloud.google.com/storage/docs/cross-origin#cors-components).
        "response_headers": list(rule.headers),
        "max_age_seconds": rule.max_age_seconds,
    }


def _log_bucket(scope: Scope, location: pulumi.Output[str]) -> storage.Bucket:
    # Why not CKV_GCP_62: logs of the log bucket would never end. Why no key of its own: Google does not say whether
    # logs are delivered under one.
    logs = scope.resource(
        "logs",
        storage.Bucket,
        stateful=True,
        retain_on_delete=True,
        depends_on=[api(scope, "storage")],
        **buckets.private(scope, location),
        versioning={"enabled": True},
        lifecycle_rules=[
            {"action": {"type": "Delete"}, "condition": {"age": LOG_DAYS, "with_state": "LIVE"}},
            buckets.forget(1),
        ],
    )
    buckets.grant(scope, "logs-writer", logs.name, buckets.CREATOR, LOG_WRITER)
    return logs


def _s3_key(scope: Scope, bucket: storage.Bucket) -> tuple[storage.HmacKey, Sequence[pulumi.CustomResource]]:
    """The pair that S3 clients sign with (https://cloud.google.com/storage/docs/authentication/hmackeys), and what it
    may be used for."""
    account = service_account(scope, "account", f"Uses the objects of {scope.name}")
    grants = (
        buckets.grant(scope, "objects", bucket.name, "roles/storage.objectUser", account.member),
        # Clients look whether their bucket is there (HEAD), which objectUser may not.
        buckets.grant(scope, "lookup", bucket.name, buckets.LISTER, account.member),
    )
    return scope.resource("s3-key", storage.HmacKey, service_account_email=account.email), grants


def link(scope: Scope, link: Link) -> Grant:
    bucket = scope.native(link.to, GcpBucket).name
    account = service_account(scope, f"link-{link.key}-account", f"Uses the objects of {link.to.name}")
    grants = object_store_links.grants(scope, link, bucket, account)
    key = scope.resource(f"link-{link.key}-key", storage.HmacKey, service_account_email=account.email)
    there: ObjectStoreEndpoint = link.to.endpoint
    mine = dataclasses.replace(
        there, access_key=after(key.access_id, *grants), secret_key=pulumi.Output.secret(key.secret)
    )
    return mine.grant(link, keys=True, depends_on=grants)

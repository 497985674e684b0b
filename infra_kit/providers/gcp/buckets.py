"""What all buckets of Cloud Storage here have, and the rights on them."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_gcp import storage

from infra_kit.component import Scope
from infra_kit.providers.gcp.labels import labels

DAY = 86_400
SOFT_DELETE_DAYS = 7
"""The least that soft delete takes; 0 switches it off (https://cloud.google.com/storage/docs/soft-delete)."""
UNFINISHED_DAYS = 7
UNFINISHED = {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": UNFINISHED_DAYS}}
"""An upload that was never finished is cleared away: it is paid for, and nobody sees it."""

CREATOR = "roles/storage.objectCreator"
"""Writes new objects, and changes none (https://cloud.google.com/storage/docs/access-control/iam-roles)."""
LISTER = "roles/storage.legacyBucketReader"
"""Looks at the bucket itself, and lists what is in it."""
READER = "roles/storage.legacyObjectReader"
"""Reads objects whose names it knows."""
OWNER = "roles/storage.legacyBucketOwner"
"""Writes and deletes objects, and says who else may."""


def private(scope: Scope, location: pulumi.Input[str], *, public: bool = False) -> dict[str, Any]:
    """`public`: whether what is in it may be made so."""
    return {
        "location": location,
        "labels": labels(scope),
        "uniform_bucket_level_access": True,
        "public_access_prevention": "inherited" if public else "enforced",
        "force_destroy": not scope.defaults.retain_data,
    }


def soft_delete(scope: Scope) -> int:
    """Seconds."""
    days = scope.defaults.backup_days
    return max(days, SOFT_DELETE_DAYS) * DAY if days else 0


def forget(days: int) -> dict[str, Any]:
    """Deletes versions that many days after they were replaced."""
    return {"action": {"type": "Delete"}, "condition": {"days_since_noncurrent_time": days, "with_state": "ARCHIVED"}}


def grant(
    scope: Scope, role: str, bucket: pulumi.Input[str], may: str, who: pulumi.Input[str]
) -> storage.BucketIAMMember:
    return scope.resource(role, storage.BucketIAMMember, bucket=bucket, role=may, member=who)

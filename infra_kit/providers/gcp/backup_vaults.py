"""Where a Backup's copies go: buckets, which stand when what was copied is gone.

- The component's own is beside what it copies; `region` is one more there. `vault` is one that stands already, of
  another project: who deploys may give rights on it (`roles/storage.legacyBucketOwner`); its versions, its lifecycle
  and its lock are its owner's.
- A tier has a folder, which a lifecycle rule empties by age. Of a bucket's objects there is one folder: what is changed
  or deleted stays among their older versions, for as long as the longest tier.
- Who writes a copy may neither change nor delete one. Where copies are `locked`, nobody may: by a retention policy, as
  that of an ObjectStore (`object_store`), which production locks for good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_gcp import storage

from infra_kit.component import Scope
from infra_kit.components.backup import BackupSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.common.backup_tiers import TIERS, Tier
from infra_kit.providers.gcp import buckets
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.place import region

OBJECTS = "objects/"
"""The folder of what was copied of buckets."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
"""https://cloud.google.com/storage/docs/buckets#naming"""

Vaults = Mapping[str, pulumi.Output[str]]
"""Their names, by the role that what is made for each begins with. The component's own is first."""


def create(scope: Scope, spec: BackupSpec, kept: Mapping[str, Tier]) -> Vaults:
    _check(scope, spec)
    made: Vaults = {"vault": _bucket(scope, spec, kept, "vault", region(scope)).name}
    if spec.region:
        # Its role does not say which: in another region it is another bucket, in place of the one before.
        there = pulumi.Output.from_input(spec.region)
        made = {**made, "far-vault": _bucket(scope, spec, kept, "far-vault", there).name}
    return {**made, "other-vault": pulumi.Output.from_input(spec.vault)} if spec.vault else made


def _check(scope: Scope, spec: BackupSpec) -> None:
    if spec.region is not None and spec.region == scope.region:
        raise SpecError(
            f"{scope.what}: region: given {spec.region!r}, where it is itself. Name another one, or leave it out."
        )
    if spec.vault is not None and not NAME.fullmatch(spec.vault):
        raise SpecError(
            f"{scope.what}: vault: given {spec.vault!r}, the name of a bucket of Cloud Storage is needed, e.g. "
            "'shop-copies'."
        )


def _bucket(
    scope: Scope, spec: BackupSpec, kept: Mapping[str, Tier], role: str, location: pulumi.Output[str]
) -> storage.Bucket:
    # Why not CKV_GCP_62 (an access log): Cloud Audit Logs tell who deleted one.
    key = key_id(scope, service="storage", location=location, role=f"{role}-key")
    return scope.resource(
        role,
        storage.Bucket,
        stateful=True,
        retain_on_delete=True,
        depends_on=[api(scope, "storage")],
        # To unlock a policy, the provider would make another bucket.
        ignore_changes=[] if scope.defaults.protect else ["retentionPolicy.isLocked"],
        **buckets.private(scope, location),
        versioning={"enabled": True},
        lifecycle_rules=_lifecycle(kept),
        soft_delete_policy={"retention_duration_seconds": buckets.soft_delete(scope)},
        retention_policy=_lock(scope, spec),
        encryption={"default_kms_key_name": key} if key else None,
    )


def _lifecycle(kept: Mapping[str, Tier]) -> list[dict[str, Any]]:
    """A tier that is no longer asked for is kept as long as the longest."""
    longest = max(tier.days for tier in kept.values())
    ages = {name: kept[name].days if name in kept else longest for name in TIERS}
    old = buckets.forget(longest)
    return [
        *(_ends(f"{name}/", days) for name, days in ages.items()),
        {**old, "condition": {**old["condition"], "matches_prefixes": [OBJECTS]}},
        buckets.UNFINISHED,
    ]


def _ends(folder: str, days: int) -> dict[str, Any]:
    """A version that it leaves is as old, and ends with the next look."""
    return {
        "action": {"type": "Delete"},
        "condition": {"age": days, "matches_prefixes": [folder], "with_state": "ANY"},
    }


def _lock(scope: Scope, spec: BackupSpec) -> dict[str, Any] | None:
    if spec.locked is None:
        return None
    return {"retention_period": str(seconds(spec.locked)), "is_locked": scope.defaults.protect}

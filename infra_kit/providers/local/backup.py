"""Backup on this machine: a program under a supervisor, which copies with rclone (`providers/local/backups`).

Every five minutes the log of each Postgres follows, and a copy is taken if one is due: a machine that slept through its
time takes it when it is awake. The last copy of a Redis, an ObjectStore and an EventBus is what there is of them; a
Postgres can go back to any moment. A Postgres alone is one whole in itself: what several components hold is not copied
at one moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.backup import BackupEndpoint, BackupSpec
from infra_kit.components.object_store import ObjectStore
from infra_kit.features import Feature
from infra_kit.providers.common import backup_kinds, backup_locks
from infra_kit.providers.local.resource import BackupServer, server
from infra_kit.settings import Settings

SUPPORTS = backup_kinds.COPIED | {features.COPY_ELSEWHERE, features.LOCKED_BACKUPS, features.THINNED_BACKUPS}
_ITS_OWN = "a laptop has no vault and no regions; say to=ObjectStore.existing(…), a bucket anywhere"
HINTS = {features.COPY_TO_REGION: _ITS_OWN, features.COPY_TO_VAULT: _ITS_OWN, **backup_kinds.HINTS}
_FOLDER_LOCKS_NOTHING = "a folder of this machine locks nothing; say to=…, a bucket with versions and a lock"


def gaps(spec: BackupSpec, _: Settings) -> Mapping[Feature, str]:
    found = features.gaps(spec.features(), SUPPORTS, HINTS)
    return found | ({features.LOCKED_BACKUPS: _FOLDER_LOCKS_NOTHING} if spec.locked and spec.to is None else {})


def create(scope: Scope, spec: BackupSpec) -> BackupEndpoint:
    lock = backup_locks.lock(scope, spec)
    runs = server(
        scope,
        "server",
        BackupServer,
        of=[component.name for component in spec.of],
        schedule=spec.schedule,
        store=_store(spec.to) if spec.to else None,
        key=pulumi.Output.secret(spec.key) if spec.key else None,
        keep=spec.keep.model_dump(),
        lock=asdict(lock) if lock else None,
        depends_on=[*spec.of, *([spec.to] if spec.to else [])],
    )
    return BackupEndpoint(place=runs.public["place"], report=runs.public["report"], log=runs.public["log"])


def _store(to: ObjectStore) -> dict[str, Any]:
    return {
        "bucket": to.bucket,
        "s3_endpoint": to.s3_endpoint,
        "region": to.region,
        "access_key": to.access_key,
        "secret_key": pulumi.Output.secret(to.secret_key),
        "force_path_style": to.force_path_style,
    }

"""Backup on a VPS, to a bucket that has TLS or to a volume of the host: of a Postgres by pgBackRest, in two containers
beside it (`postgres_copies.py`); of the others by rclone, in one (`rclone_copies.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.backup import BackupEndpoint, BackupSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import backup_kinds
from infra_kit.providers.vps import carried, only_here, places, postgres_copies, rclone_copies, reports, ssh
from infra_kit.providers.vps.places import Place
from infra_kit.providers.vps.postgres import VpsPostgres
from infra_kit.providers.vps.postgres_copies import Copied
from infra_kit.providers.vps.rclone_copies import Stored
from infra_kit.providers.vps.reports import Report
from infra_kit.settings import Settings

SUPPORTS = backup_kinds.COPIED | {features.COPY_ELSEWHERE, features.LOCKED_BACKUPS, features.THINNED_BACKUPS}
_NO_CLOUD = "a host has no vault and no regions; say to=…, a bucket of another target or account"
HINTS = {features.COPY_TO_REGION: _NO_CLOUD, features.COPY_TO_VAULT: _NO_CLOUD, **backup_kinds.HINTS}
_LOCKS_NO_LOG = "pgBackRest extends no lock of an object that later copies need. Give each Postgres a Backup of its "
_LOCKS_NO_LOG += "own without `locked`, and its bucket versions and a lock: ObjectStore(…, versioning=True, "
_LOCKS_NO_LOG += "retention_lock=<days>)"
_VOLUME_LOCKS_NOTHING = "a volume of the host locks nothing; say to=…, a bucket with versions and a lock"
_KEEPS_NO_LOG = "a Postgres keeps its log for copies only with backups of its own; make it so: Postgres(…, "
_KEEPS_NO_LOG += "backups=Backups())"
_NO_TLS = "copies leave a host by TLS alone, and this bucket has none; say a bucket of aws or gcp, or "
_NO_TLS += "ObjectStore.existing(…) with an address that begins with https://"


@dataclass(frozen=True, kw_only=True)
class VpsBackup:
    """What a drill restores from, by the name of the component."""

    copied: Mapping[str, Copied | Stored]
    done: Mapping[str, pulumi.Resource]
    """What has taken the first copy."""


def gaps(spec: BackupSpec, _: Settings) -> Mapping[Feature, str]:
    found = features.gaps(spec.features(), SUPPORTS, HINTS)
    postgres = [component for component in spec.of if component.KIND == "postgres"]
    if any(component.asked.backups is None for component in postgres):
        found[features.backup_of("postgres")] = _KEEPS_NO_LOG
    if spec.to and not spec.to.stands_already and spec.to.target.name in ("vps", "local"):
        found[features.COPY_ELSEWHERE] = _NO_TLS
    if spec.locked and (postgres or spec.to is None):
        found[features.LOCKED_BACKUPS] = _LOCKS_NO_LOG if postgres else _VOLUME_LOCKS_NOTHING
    return found


def create(scope: Scope, spec: BackupSpec) -> BackupEndpoint:
    if not spec.of:
        raise SpecError(f"{scope.what}: of: what can be copied here was left out; leave the Backup out too.")
    if spec.to is None:
        only_here.warn(scope, "its copies are on the host itself")
    else:
        only_here.copied_away(spec.of)
    report = reports.report(scope, "last_backup", [component.name for component in spec.of], places.USER)
    copied = _copied(scope, spec, places.place(scope, spec))
    done = {it.name: _done(scope, spec, it, copied[it.name], report) for it in spec.of}
    first, last = spec.of[0], spec.of[-1]
    runs = child(scope.name, f"{first.name}-{'backup' if first.KIND == 'postgres' else 'copy'}")
    return BackupEndpoint(
        place=copied[first.name].place.address,
        report=ssh.after(done[last.name], report.file),
        log=ssh.after(done[last.name], runs),
        native=VpsBackup(copied=copied, done=done),
    )


def _copied(scope: Scope, spec: BackupSpec, place: Place) -> dict[str, Copied | Stored]:
    rclone = carried.rclone(scope) if any(it.KIND != "postgres" for it in spec.of) else None
    return {
        it.name: rclone_copies.stored(scope, spec, place, it.name, rclone)
        if rclone and it.KIND != "postgres"
        else _copied_postgres(spec, place, it.name, scope.native(it, VpsPostgres))
        for it in spec.of
    }


def _copied_postgres(spec: BackupSpec, place: Place, name: str, native: VpsPostgres) -> Copied:
    assert native.source is not None  # noqa: S101  gaps refuses one without backups
    configuration = postgres_copies.configuration(spec, place, name, native.source.folder)
    return Copied(name=name, source=native.source, configuration=configuration, place=place)


def _done(
    scope: Scope, spec: BackupSpec, component: Component[Any, Any], it: Copied | Stored, report: Report
) -> pulumi.Resource:
    if isinstance(it, Copied):
        return postgres_copies.create(scope, spec, it, report)
    return rclone_copies.create(scope, spec, component, it, report)

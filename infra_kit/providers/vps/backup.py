"""Backup on a VPS: of a Postgres, by pgBackRest in two containers beside it (`postgres_copies.py`), to a bucket that
has TLS, or to a volume of the host. What other components hold is refused: nothing here copies it in a way that a drill
could prove.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_random as random

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.backup import BackupEndpoint, BackupSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.vps import copies, postgres_copies, reports, ssh
from infra_kit.providers.vps.births import born_as
from infra_kit.providers.vps.postgres import VpsPostgres
from infra_kit.providers.vps.postgres_conf import USER
from infra_kit.providers.vps.postgres_copies import Copied, Place
from infra_kit.settings import Settings

SUPPORTS = frozenset({features.COPY_ELSEWHERE, features.THINNED_BACKUPS, features.backup_of("postgres")})
_NO_CLOUD = "a host has no vault and no regions; say to=…, a bucket of another target or account"
_BY_ITSELF = "; leave it out of `of`, and copy it by yourself (docs/clouds.md, Copies away from the host)"
HINTS = {
    features.COPY_TO_REGION: _NO_CLOUD,
    features.COPY_TO_VAULT: _NO_CLOUD,
    features.LOCKED_BACKUPS: "pgBackRest extends no lock of an object that later copies need; leave `locked` out, and "
    "give the bucket versions and a lock of its own: ObjectStore(…, versioning=True, retention_lock=<days>)",
    features.backup_of("redis"): f"a Redis here keeps its own snapshots on the host alone{_BY_ITSELF}",
    features.backup_of("object_store"): f"an ObjectStore here is copied by nothing{_BY_ITSELF}",
    features.backup_of("event_bus"): f"an EventBus here is copied by nothing{_BY_ITSELF}",
}
_KEEPS_NO_LOG = "a Postgres keeps its log for copies only with backups of its own; make it so: Postgres(…, "
_KEEPS_NO_LOG += "backups=Backups())"
_NO_TLS = "pgBackRest speaks to a bucket by TLS alone, and this one has none; say a bucket of aws or gcp, or "
_NO_TLS += "ObjectStore.existing(…) with an address that begins with https://"


@dataclass(frozen=True, kw_only=True)
class VpsBackup:
    """What a drill restores from."""

    copied: Mapping[str, Copied]
    """By the name of the Postgres."""
    done: Mapping[str, pulumi.Resource]
    """By the name of the Postgres, what has taken the first copy."""


def gaps(spec: BackupSpec, _: Settings) -> Mapping[Feature, str]:
    found = features.gaps(spec.features(), SUPPORTS, HINTS)
    postgres = [component for component in spec.of if component.KIND == "postgres"]
    if any(component.asked.backups is None for component in postgres):
        found[features.backup_of("postgres")] = _KEEPS_NO_LOG
    if spec.to and not spec.to.stands_already and spec.to.target.name in ("vps", "local"):
        found[features.COPY_ELSEWHERE] = _NO_TLS
    return found


def create(scope: Scope, spec: BackupSpec) -> BackupEndpoint:
    if not spec.of:
        raise SpecError(f"{scope.what}: of: what can be copied here was left out; leave the Backup out too.")
    if spec.to is None:
        copies.warn(scope, "its copies are on the host itself")
    names = [component.name for component in spec.of]
    report = reports.report(scope, "last_backup", names, USER)
    place = _place(scope, spec)
    copied = {it.name: _copied(spec, place, it.name, scope.native(it, VpsPostgres)) for it in spec.of}
    done = {it.name: postgres_copies.create(scope, spec, it, report) for it in copied.values()}
    return BackupEndpoint(
        place=place.address,
        report=ssh.after(done[names[-1]], report.file),
        log=ssh.after(done[names[-1]], child(scope.name, f"{names[0]}-backup")),
        native=VpsBackup(copied=copied, done=done),
    )


def _place(scope: Scope, spec: BackupSpec) -> Place:
    """It stays, whatever is renamed since; and its random part keeps a successor from what is there already."""
    if spec.to is None:
        return postgres_copies.on_the_host(scope)
    series = scope.resource("series", random.RandomId, byte_length=4)
    folder = born_as(scope, "place", f"/{scope.target.app}/{scope.environment.value}/{scope.name}")
    return postgres_copies.in_a_bucket(spec, pulumi.Output.concat(folder, "-", series.hex))


def _copied(spec: BackupSpec, place: Place, name: str, native: VpsPostgres) -> Copied:
    assert native.source is not None  # noqa: S101  gaps refuses one without backups
    configuration = postgres_copies.configuration(spec, place, name, native.source.folder)
    return Copied(name=name, source=native.source, configuration=configuration, place=place)

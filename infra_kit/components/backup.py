"""Backup: copies of what a stack's components hold, elsewhere, under a key of the user's, for as long as it takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, Field, InstanceOf, model_validator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import Duration, seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.schedules import Schedule
from infra_kit.spec import Items, Options, Spec
from infra_kit.target import Target
from infra_kit.workloads import Text, Value

HOLDS_DATA = ("postgres", "redis", "object_store", "event_bus", "document_store", "search")
"""The kinds of components that can be backed up. One that a target does not copy is a gap: `backup-of:search`."""


class Keep(Options):
    """How long copies are kept, thinned out as they age (seeds/001: 7, 30 and 90 days)."""

    every: Duration = "7d"
    """Each run's copy; and any moment of this time can be restored, where what is kept has a log (Postgres)."""
    daily: Duration | None = "30d"
    """The last copy of each day (UTC). None: none beyond `every`."""
    weekly: Duration | None = "90d"
    """The last copy of each week, which ends with Sunday. None: none beyond the others."""

    @model_validator(mode="after")
    def _check(self) -> Keep:
        ages = [seconds(age) for age in (self.every, self.daily, self.weekly) if age]
        if ages != sorted(ages):
            raise ValueError("what is kept in fewer copies is kept longer: every <= daily <= weekly")
        return self


class BackupSpec(Spec):
    """What is copied, how often, and where to."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    of: Items[InstanceOf[Component[Any, Any]]]
    """The components whose data is copied: Postgres, Redis, ObjectStore, EventBus, DocumentStore, Search, all of
    this target; which of them it copies, its gaps say."""
    schedule: Schedule = "0 */6 * * *"
    """When, UTC, as cron has it (seeds/003: every 6 hours). A Postgres's log follows within minutes at any time."""
    to: InstanceOf[ObjectStore] | None = None
    """The bucket that copies go to, encrypted with `key` before they leave: of another target, or of another account
    (`ObjectStore.existing`). Default: none, only the cloud's own vault has them; on local and vps a folder of the
    machine itself, which is lost with it."""
    key: Text | None = Field(default=None, repr=False)
    """The passphrase that copies in `to` are encrypted with, taken as a secret whether it is one or not. Whoever loses
    it has no backup: keep it elsewhere too."""
    keep: Keep = Field(default_factory=Keep)
    locked: Duration | None = None
    """For so long a copy can be deleted or changed by nobody who has the keys of the stack. In production by nobody at
    all. At most `keep.every`, and the `retention_lock` of `to`. Default: whoever may write copies may delete them."""
    region: str | None = Field(default=None, min_length=1)
    """The cloud itself keeps a copy in this region too, e.g. `us-west-2`. Default: none."""
    vault: str | None = Field(default=None, min_length=1)
    """The cloud itself keeps a copy in this vault of another account too, which stands already and lets this one in:
    its ARN (aws), the name of a bucket (gcp). Default: none."""

    @model_validator(mode="after")
    def _check(self) -> BackupSpec:
        self._check_of()
        if (self.to is None) != (self.key is None):
            raise ValueError(
                "to and key go together: copies that go elsewhere are encrypted with a key of yours; say both or none"
            )
        if self.locked:
            self._check_lock(self.locked)
        return self

    def _check_of(self) -> None:
        for component in self.of:
            what = f"of: {type(component).__name__} {component.name!r}"
            if component.KIND not in HOLDS_DATA:
                raise ValueError(f"{what} holds no data; it can be of a {', '.join(HOLDS_DATA)}")
            if component.stands_already:
                raise ValueError(f"{what} stands already: whoever runs it backs it up")
            if component is self.to:
                raise ValueError(f"{what} would be copied into itself; give `to` another store")
        names = [component.name for component in self.of]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"of: {twice[0]} stands twice")

    def _check_lock(self, locked: str) -> None:
        if seconds(locked) > seconds(self.keep.every):
            raise ValueError(f"locked: given {locked}, at most keep.every ({self.keep.every}) is possible")
        days = -(-seconds(locked) // 86_400)
        if self.to and not self.to.stands_already and (self.to.spec.retention_lock or 0) < days:
            raise ValueError(
                f"locked: given {locked}, and {self.to.name!r} does not lock for so long; make it so: "
                f"ObjectStore({self.to.name!r}, versioning=True, retention_lock={days})"
            )

    def features(self) -> frozenset[Feature]:
        asked = {
            features.COPY_ELSEWHERE: self.to is not None,
            features.COPY_TO_REGION: self.region is not None,
            features.COPY_TO_VAULT: self.vault is not None,
            features.LOCKED_BACKUPS: self.locked is not None,
            features.THINNED_BACKUPS: self.keep.daily is not None or self.keep.weekly is not None,
        }
        kinds = {features.backup_of(component.KIND) for component in self.of}
        return frozenset({feature for feature, wanted in asked.items() if wanted} | kinds)

    def without(self, feature: Feature) -> BackupSpec:
        match feature.family:
            case features.COPY_ELSEWHERE:
                return self.replace(to=None, key=None)
            case features.COPY_TO_REGION:
                return self.replace(region=None)
            case features.COPY_TO_VAULT:
                return self.replace(vault=None)
            case features.LOCKED_BACKUPS:
                return self.replace(locked=None)
            case features.THINNED_BACKUPS:
                return self.replace(keep=Keep(every=self.keep.every, daily=None, weekly=None))
            case "backup-of":
                return self.replace(of=[it for it in self.of if feature.value != it.KIND])
            case _:
                return super().without(feature)


class BackupArgs(TypedDict, total=False):
    """The arguments of `Backup`: see `BackupSpec`."""

    of: Sequence[Component[Any, Any]]
    schedule: str
    to: ObjectStore | None
    key: Value | None
    keep: Keep
    locked: str | None
    region: str | None
    vault: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class BackupEndpoint:
    """Where copies are, and where it is told how the last one went."""

    place: pulumi.Output[str]
    """`s3://<bucket>/<name>` for what goes to `to`; else the vault's ARN (aws), `gs://<vault>` (gcp), the folder."""
    report: pulumi.Output[str]
    """A file with JSON (local, vps), which has `last_backup`, the time of the last whole copy, and `failure`, why a
    later one is none, empty if there is none; the console's page of the vault (aws, gcp)."""
    log: pulumi.Output[str]
    """A file on local, a container's name on vps, a log group or a query on a cloud."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class BackupDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: BackupSpec) -> BackupEndpoint: ...


class Backup(Component[BackupSpec, BackupEndpoint]):
    """Copies of data, elsewhere. A copy counts once it was restored: see `RestoreDrill`."""

    KIND = "backup"
    SPEC = BackupSpec
    place: pulumi.Output[str]
    report: pulumi.Output[str]
    log: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[BackupArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def _create(self, driver: Any, scope: Scope) -> BackupEndpoint:
        if not self.asked.of:
            raise SpecError(f"{scope.what}: of: at least one component is needed, e.g. of=[db].")
        for component in self.spec.of:
            scope.check_near(component, "of", ", or give the other target a Backup of its own")
        return super()._create(driver, scope)

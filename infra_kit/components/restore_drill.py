"""RestoreDrill: the proof that a backup can be restored, again and again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, Field, InstanceOf, model_validator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.backup import Backup
from infra_kit.durations import Duration
from infra_kit.features import Feature
from infra_kit.schedules import Schedule
from infra_kit.spec import Options, Spec
from infra_kit.target import Target
from infra_kit.texts import Database, Name


class SqlCheck(Options):
    """What a restored database answers to a question: `SqlCheck("SELECT count(*) > 0 FROM orders")`."""

    sql: str = Field(min_length=1)
    expects: str = "t"
    """As `psql -At` prints it: `t`, `42`, columns divided by `|`, rows by line ends."""
    of: Name | None = None
    """The Postgres. Default: the only one of the backup."""
    database: Database | None = None
    """Default: its first."""

    def __init__(self, sql: str, **values: Any) -> None:
        super().__init__(sql=sql, **values)


class RestoreDrillSpec(Spec):
    """What is restored, how often, and what it must show."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    of: InstanceOf[Backup]
    """Its newest copy is restored into a place of its own, which is removed after that. What was copied is compared
    with what is restored: rows and checksums of each table (local; on the clouds each Postgres answers, and your own
    SQL), the hash of each object (local, vps; its checksum on gcp; aws vouches for the bytes of its own copies)."""
    schedule: Schedule = "0 5 1 * *"
    """When, UTC, as cron has it (seeds/001: monthly)."""
    checks: Mapping[Name, SqlCheck] = Field(default_factory=dict)
    """By name, what a restored database must answer beyond that."""
    rto: Duration = "15m"
    """How long restoring may take; a drill that takes longer has failed (seeds/001: 15 minutes)."""

    @model_validator(mode="after")
    def _check(self) -> RestoreDrillSpec:
        for name, check in self.checks.items():
            self.database_of(name, check)
        return self

    def database_of(self, name: str, check: SqlCheck) -> tuple[str, str]:
        """The Postgres that a check asks, and the database of it. Raises `ValueError`."""
        there = {it.name: it for it in self.of.asked.of if it.KIND == "postgres"}
        others = {it.name: type(it).__name__ for it in self.of.asked.of if it.name not in there}
        where, has = f"checks: {name}", f"{self.of.name!r} has {', '.join(there) or 'none'}"
        if check.of is None and len(there) != 1:
            raise ValueError(f"{where}: of: say which Postgres; {has}")
        asked = check.of or next(iter(there))
        if asked not in there:
            why = f" ({others[asked]}), which answers no SQL" if asked in others else ""
            raise ValueError(f"{where}: of: given {asked!r}{why}; {has}")
        databases = there[asked].spec.databases
        if check.database is not None and check.database not in databases:
            raise ValueError(f"{where}: database: given {check.database!r}, there is {', '.join(databases)}")
        return asked, check.database or databases[0]

    def features(self) -> frozenset[Feature]:
        return frozenset({features.SQL_CHECKS} if self.checks else ())

    def without(self, feature: Feature) -> RestoreDrillSpec:
        return self.replace(checks={}) if feature == features.SQL_CHECKS else super().without(feature)


class RestoreDrillArgs(TypedDict, total=False):
    """The arguments of `RestoreDrill`: see `RestoreDrillSpec`."""

    of: Backup
    schedule: str
    checks: Mapping[str, SqlCheck]
    rto: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class RestoreDrillEndpoint:
    """Where it is told what was proven."""

    report: pulumi.Output[str]
    """A file with JSON (local, vps), which has `last_proven_restore`, the time of the last drill that went well,
    `seconds`, what restoring took then, and `failure`, which check failed since, empty if none has; the console's page
    of the tests (aws, gcp)."""
    log: pulumi.Output[str]
    """A file on local, a container's name on vps, a log group or a query on a cloud."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class RestoreDrillDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: RestoreDrillSpec) -> RestoreDrillEndpoint: ...


class RestoreDrill(Component[RestoreDrillSpec, RestoreDrillEndpoint]):
    """Restores the newest copy of a backup on a schedule, checks it, and tells how long it took."""

    KIND = "restore_drill"
    SPEC = RestoreDrillSpec
    report: pulumi.Output[str]
    log: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[RestoreDrillArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def _create(self, driver: Any, scope: Scope) -> RestoreDrillEndpoint:
        scope.check_near(self.spec.of, "of", ", where its backup is")
        if not self.spec.of.spec.of:
            pulumi.log.warn(
                f"{scope.what}: of: Backup {self.spec.of.name!r} copies nothing on {scope.target.name}: all that it "
                "has is a gap which the stack accepts. Nothing is proven.",
                scope.parent,
            )
        return super()._create(driver, scope)

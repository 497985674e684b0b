"""What every target's RestoreDrill must do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from infra_kit import Backup, Backups, Keep, Postgres, RestoreDrill, SqlCheck, Target, features
from infra_kit.component import Component
from infra_kit.components.restore_drill import RestoreDrillEndpoint
from infra_kit.features import Feature
from infra_kit.recording import record
from infra_kit.spec import Spec
from infra_kit.testing.conformance.suite import ComponentConformance


def _backup(target: Target) -> Backup:
    db = Postgres("db", target=target, backups=Backups())
    return Backup("safe", target=target, of=[db], keep=Keep(daily=None, weekly=None))


@cache
def _standing() -> Backup:
    """For specs that are looked at outside of a program."""
    made: list[Backup] = []
    record(lambda: made.append(_backup(Target(name="local"))))
    return made[0]


class RestoreDrillConformance(ComponentConformance):
    component = RestoreDrill
    endpoint = RestoreDrillEndpoint
    beside = frozenset({"safe", "db"})
    keeps_data = False
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        features.SQL_CHECKS: {"checks": {"answers": SqlCheck("SELECT count(*) >= 0 FROM pg_class")}},
    }
    variations = {"schedule": {"schedule": "0 4 * * 0"}, "rto": {"rto": "1h"}}

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        return super().make(target, **{**arguments, "of": _backup(target)})

    def spec(self, arguments: Mapping[str, Any]) -> Spec:
        return super().spec({**arguments, "of": _standing()})

"""RestoreDrill on this machine: a program under a supervisor, which restores into boxes of its own."""

from __future__ import annotations

from typing import Any

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.restore_drill import RestoreDrillEndpoint, RestoreDrillSpec
from infra_kit.providers.local.resource import RestoreDrillServer, server

SUPPORTS = frozenset({features.SQL_CHECKS})


def create(scope: Scope, spec: RestoreDrillSpec) -> RestoreDrillEndpoint:
    runs = server(
        scope,
        "server",
        RestoreDrillServer,
        stateful=False,
        backup=spec.of.name,
        schedule=spec.schedule,
        checks=_checks(spec),
        rto=spec.rto,
        depends_on=[spec.of],
    )
    return RestoreDrillEndpoint(report=runs.public["report"], log=runs.public["log"])


def _checks(spec: RestoreDrillSpec) -> dict[str, dict[str, Any]]:
    asked = {name: (check, *spec.database_of(name, check)) for name, check in spec.checks.items()}
    return {
        name: {"of": of, "database": database, "sql": check.sql, "expects": check.expects}
        for name, (check, of, database) in asked.items()
    }

"""Backup and RestoreDrill: figures that their jobs tell every hour (`backup_jobs`). Where one tells none, nobody knows
how old the last copy is: it is taken for a year old, which is an alarm too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.gcp.backup import GcpBackup
from infra_kit.providers.gcp.restore_drill import GcpRestoreDrill
from infra_kit.providers.gcp.signals.metric import Metric, plain, series
from infra_kit.providers.gcp.signals.workloads import failed_runs
from infra_kit.signals import Signal

BACKUP = frozenset({Signal.BACKUP_AGE, Signal.FAILED_RUNS})
DRILL = frozenset({Signal.DRILL_AGE, Signal.FAILED_RUNS})
SEVERAL = "2h"
"""In which an hourly figure was told at least once, as Google's own come late."""
YEAR_IN_HOURS, YEAR_IN_DAYS = 8760, 365


def backup(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, GcpBackup)
    return {Signal.BACKUP_AGE: [_told(there.age, YEAR_IN_HOURS)], Signal.FAILED_RUNS: [failed_runs(there.job)]}


def restore_drill(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, GcpRestoreDrill)
    return {Signal.DRILL_AGE: [_told(there.age, YEAR_IN_DAYS)], Signal.FAILED_RUNS: [failed_runs(there.job)]}


def _told(metric: pulumi.Output[str], unknown: int) -> Metric:
    """The mean of what was told lately: a distribution is read by its sum and its count."""
    total, count = (
        pulumi.Output.concat("sum(increase(", metric.apply(partial(_series, end)), f"[{SEVERAL}]))")
        for end in ("sum", "count")
    )
    return plain(total, " / (", count, " > 0) or ", f"vector({unknown})")


def _series(end: str, metric: str) -> pulumi.Output[str]:
    return series(f"logging.googleapis.com/user/{metric}_{end}", "cloud_run_job")

"""Backup and RestoreDrill: figures that functions of ours tell every hour (`backup_functions`). Where they tell none,
nobody knows how old the last copy is: that is an alarm too. A copy that failed AWS Backup counts by the vault, for an
hour (https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html); one of a cache is none of its jobs: its
age tells.

Budget: what the account is charged this month, for all that it has. CloudWatch is told several times a day, once
somebody has switched that on in the account's billing preferences
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.providers.aws.backup import AwsBackup
from infra_kit.providers.aws.restore_drill import AwsRestoreDrill
from infra_kit.providers.aws.signals.metric import GLOBAL, Metric, Series, plain, told
from infra_kit.signals import Signal

BACKUP = frozenset({Signal.BACKUP_AGE, Signal.FAILED_RUNS})
DRILL = frozenset({Signal.DRILL_AGE, Signal.FAILED_RUNS})
BUDGET = frozenset({Signal.SPENT})
HOUR = 3600


def backup(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    own = scope.native(component, AwsBackup).vaults[0]
    failed = Series(
        namespace="AWS/Backup",
        name="NumberOfBackupJobsFailed",
        dimensions={"BackupVaultName": own.name},
        statistic="Sum",
    )
    return {
        Signal.BACKUP_AGE: [told("BackupAge", {"Backup": own.name}, period=HOUR)],
        Signal.FAILED_RUNS: [plain(failed, period=HOUR)],
    }


def restore_drill(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    its = {"Drill": scope.native(component, AwsRestoreDrill).plan}
    return {
        Signal.DRILL_AGE: [told("DrillAge", its, period=HOUR)],
        Signal.FAILED_RUNS: [told("DrillFailed", its, missing="ignore", period=HOUR)],
    }


def budget(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:  # noqa: ARG001
    charged = Series(
        namespace="AWS/Billing", name="EstimatedCharges", dimensions={"Currency": "USD"}, statistic="Maximum"
    )
    share = f"100 * charged / {component.spec.monthly:g}"
    series = {"charged": charged}
    return {Signal.SPENT: [Metric(series=series, expression=share, missing="ignore", region=GLOBAL, period=6 * HOUR)]}

"""A Lambda function: tells CloudWatch how old the newest copy of a Backup is, in hours.

Of several components, or vaults, that of which the newest is the oldest counts: one that is no longer copied is not
hidden by the others. What was never copied is as old as its vault.

Environment:
    NAMESPACE, BACKUP: the metric `BackupAge` is told in that namespace, of the dimension `Backup`.
    SOURCES: the ARNs of what is copied, parted by spaces.
    VAULTS: `<region>/<name>`, parted by spaces; nothing before the `/` for the function's own region.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import boto3


def handler(event: object, context: object) -> None:  # noqa: ARG001  Lambda gives both
    now = datetime.now(UTC)
    sources = os.environ["SOURCES"].split()
    ages = [age for vault in os.environ["VAULTS"].split() for age in _ages(vault, sources, now)]
    boto3.client("cloudwatch").put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[
            {
                "MetricName": "BackupAge",
                "Dimensions": [{"Name": "Backup", "Value": os.environ["BACKUP"]}],
                "Timestamp": now,
                "Value": max(ages, default=0),
            }
        ],
    )


def _ages(place: str, sources: list[str], now: datetime) -> list[float]:
    region, _, vault = place.partition("/")
    client = boto3.client("backup", region_name=region or None)
    return [(now - newest(client, vault, source)).total_seconds() / 3600 for source in sources]


def newest(client: Any, vault: str, source: str) -> datetime:
    """When the last whole copy of a source was taken; the vault's own beginning where there is none."""
    pages = client.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName=vault, ByResourceArn=source
    )
    taken = [it["CreationDate"] for page in pages for it in page["RecoveryPoints"] if it["Status"] == "COMPLETED"]
    last: datetime = max(taken) if taken else client.describe_backup_vault(BackupVaultName=vault)["CreationDate"]
    return last

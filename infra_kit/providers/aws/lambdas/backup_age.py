"""A Lambda function: tells CloudWatch how old the newest copy of a Backup is, in hours, and deletes snapshots of caches
whose days are over, for ElastiCache does not. The last whole one of a cache stays: where none is taken any more, it is
all that there is.

Of several components, or vaults, that of which the newest is the oldest counts: one that is no longer copied is not
hidden by the others. What was never copied is as old as its vault.

Environment:
    NAMESPACE, BACKUP: the metric `BackupAge` is told in that namespace, of the dimension `Backup`.
    SOURCES: the ARNs of what is copied, parted by spaces.
    VAULTS: `<region>/<name>`, parted by spaces; nothing before the `/` for the function's own region.
    SNAPSHOTS: what the names of each cache's snapshots begin with, parted by spaces; the tier stands behind that.
    TIERS: `<name>=<days>`, parted by spaces.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import boto3

TIERS = "every|daily|weekly"


def handler(event: object, context: object) -> None:  # noqa: ARG001  Lambda gives both
    now = datetime.now(UTC)
    sources = os.environ["SOURCES"].split()
    vaults = os.environ["VAULTS"].split()
    ages = [age for vault in vaults for age in _ages(vault, sources, now)]
    tiers = {name: int(days) for name, _, days in (it.partition("=") for it in os.environ["TIERS"].split())}
    for begin in os.environ["SNAPSHOTS"].split():
        last = tended(boto3.client("elasticache"), begin, tiers, now)
        ages.append((now - (last or _since(vaults[0]))).total_seconds() / 3600)
    if not ages:  # of nothing no copy is new
        return
    boto3.client("cloudwatch").put_metric_data(
        Namespace=os.environ["NAMESPACE"],
        MetricData=[
            {
                "MetricName": "BackupAge",
                "Dimensions": [{"Name": "Backup", "Value": os.environ["BACKUP"]}],
                "Timestamp": now,
                "Value": max(ages),
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


def _since(place: str) -> datetime:
    """When a vault was made."""
    region, _, vault = place.partition("/")
    client = boto3.client("backup", region_name=region or None)
    since: datetime = client.describe_backup_vault(BackupVaultName=vault)["CreationDate"]
    return since


def tended(client: Any, begin: str, tiers: Mapping[str, int], now: datetime) -> datetime | None:
    """When the last whole snapshot was taken that is named `<begin><tier>-<run>`, if there is one; those that are too
    old are deleted, never the last. One of a tier that is no longer asked for is kept as long as the longest."""
    pages = client.get_paginator("describe_snapshots").paginate()
    named = re.compile(f"{re.escape(begin)}({TIERS})-[^-]+")
    found = [(named.fullmatch(it["SnapshotName"]), it) for page in pages for it in page["Snapshots"]]
    whole = [(_taken(it), match[1], it) for match, it in found if match and it["SnapshotStatus"] == "available"]
    whole.sort(key=itemgetter(0), reverse=True)
    for taken, tier, it in whole[1:]:
        if now - taken > timedelta(days=tiers.get(tier, max(tiers.values()))):
            client.delete_snapshot(SnapshotName=it["SnapshotName"])
    return whole[0][0] if whole else None


def _taken(snapshot: Mapping[str, Any]) -> datetime:
    taken: datetime = min(node["SnapshotCreateTime"] for node in snapshot["NodeSnapshots"])
    return taken

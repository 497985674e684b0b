"""What of a Backup is restored by AWS' own commands and pages alone: what the message says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit.providers.aws.standing_backups import caches, first_rule
from infra_kit.providers.common.by_hand import StandingBackup

CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"


def of_a_bucket(backup: StandingBackup) -> str:
    vault = first_rule(backup)["targetVaultName"]
    return (
        "a bucket is restored by AWS Backup's own page, into a new one, under a role that may write there: "
        f"https://console.aws.amazon.com/backup/home#/backupvaults/details/{vault}. Older versions of its objects are "
        "in it itself (versioning=True)."
    )


def of_a_cache(backup: StandingBackup, component: str) -> str:
    wanted = caches(backup)[component]
    group = next(
        it["outputs"] for it in backup.stack if it["type"] == CACHE and it["id"] == wanted["ReplicationGroupId"]
    )
    return (
        "a Redis is restored by the AWS CLI, into a new one: aws elasticache describe-snapshots "
        f"--replication-group-id {wanted['ReplicationGroupId']} shows its copies, and aws elasticache "
        "create-replication-group --replication-group-id <new> --replication-group-description <words> --snapshot-name "
        f"<copy> --engine {group['engine']} --cache-subnet-group-name {group['subnetGroupName']} "
        f"--security-group-ids {' '.join(group['securityGroupIds'])} --cache-parameter-group-name "
        f"{group['parameterGroupName']} --transit-encryption-enabled --user-group-ids "
        f"{' '.join(group['userGroupIds'])} makes one of a copy, with the same users and network."
    )


def of_documents(cluster: Mapping[str, Any]) -> str:
    """https://docs.aws.amazon.com/documentdb/latest/developerguide/backup_restore-point_in_time_recovery.html"""
    place = (
        f"--db-subnet-group-name {cluster['dbSubnetGroupName']} "
        f"--vpc-security-group-ids {' '.join(cluster['vpcSecurityGroupIds'])}"
    )
    return (
        "a DocumentStore is restored by the AWS CLI, into a new cluster. Of any moment that DocumentDB keeps: aws "
        f"docdb restore-db-cluster-to-point-in-time --source-db-cluster-identifier {cluster['clusterIdentifier']} "
        f"--db-cluster-identifier <new> --restore-to-time <when> {place}. Of a copy in the vault: aws docdb "
        f"restore-db-cluster-from-snapshot --engine docdb --snapshot-identifier <copy> --db-cluster-identifier <new> "
        f"{place}. A server in it: aws docdb create-db-instance --engine docdb --db-cluster-identifier <new> "
        "--db-instance-identifier <name> --db-instance-class <class>"
    )

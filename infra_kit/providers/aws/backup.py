"""Backup on AWS: a plan of AWS Backup, which copies databases, documents and buckets into a vault (`backup_vaults`).

- A tier is a rule with times and days of its own (`common/backup_tiers`). Where two come at once, AWS takes the copy of
  the one that keeps it longer, and counts the window in which a copy may begin: it is the shortest that there is
  (https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html). Ages are whole days.
- Copies go to no cold storage: there is none for databases of RDS and for buckets
  (https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html).
- Any moment of `keep.every` is restored from the log that RDS keeps itself: a Postgres must be asked to keep it for so
  long. AWS Backup could keep it too, but then sets what the server itself is told, and plans would set it back
  (https://github.com/hashicorp/terraform-provider-aws/issues/33465).
- A vault of another account must let this one in, both be of one organization that has cross-account backup switched
  on, and a Postgres have a key of its own: copies are then read there under a grant. AWS copies nothing that RDS' own
  key encrypts (https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html).
- Caches are copied by ElastiCache (`backup_snapshots`), which AWS Backup does not know.
- How old the newest copy is, `backup_functions` tells, for the signal `backup-age`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import backup, kms

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.backup import BackupEndpoint, BackupSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.aws import backup_functions, backup_roles, backup_snapshots, backup_vaults, identity, policies
from infra_kit.providers.aws.backup_vaults import Vault
from infra_kit.providers.aws.document_store import AwsDocuments
from infra_kit.providers.aws.job_schedule import expression
from infra_kit.providers.aws.object_store import AwsBucket
from infra_kit.providers.aws.postgres import AwsPostgres
from infra_kit.providers.common.backup_tiers import Tier, check_log, check_pause, tiers
from infra_kit.settings import Settings

SUPPORTS = frozenset(
    {
        features.COPY_TO_REGION,
        features.COPY_TO_VAULT,
        features.LOCKED_BACKUPS,
        features.THINNED_BACKUPS,
        features.backup_of("postgres"),
        features.backup_of("object_store"),
        features.backup_of("redis"),
        features.backup_of("document_store"),
    }
)
HINTS = {
    features.COPY_ELSEWHERE: "AWS Backup copies into vaults alone, under keys of KMS; say region=… or vault=…, a vault "
    "of another account",
    features.backup_of(
        "redis"
    ): "snapshots of ElastiCache are not locked, and go to no other region or account; give it a "
    "Backup of its own, without locked, region and vault",
    features.backup_of(
        "event_bus"
    ): "copies of NATS's volumes, each of another moment, are no copy of its streams: with replicas=3 they "
    "are in three zones, with one server on its one disk alone; AWS Backup takes no EventBridge (engine='native'), "
    "whose archives keep each event for as long as its stream's retention; leave it out of of=",
    features.backup_of(
        "document_store"
    ): "in another account AWS Backup reads a cluster of DocumentDB under a grant on "
    "its key, and none is made; give it a Backup of its own, without vault",
    features.backup_of("search"): "AWS Backup takes no domain of OpenSearch Service, which takes a snapshot each hour "
    "itself, keeps 14 days of them, and deletes them with the domain; leave it out of of=, and have what it holds "
    "indexed anew from what it was made of",
}


CAVEATS = (
    "backup-age does not look into a vault of another account (vault=): whether copies came there, "
    "`aws backup list-copy-jobs --by-destination-vault-arn …` says",
    "AWS Backup copies a DocumentStore only where the account has opted in to DocumentDB in the region, as it has by "
    "itself if AWS Backup knew DocumentDB when its first vault there was made: `infra-kit doctor` asks",
)
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html"""


def gaps(spec: BackupSpec, _: Settings) -> Mapping[Feature, str]:
    asked = spec.features()
    beyond = {features.backup_of("redis")} if spec.locked or spec.region or spec.vault else set()
    beyond |= {features.backup_of("document_store")} if spec.vault else set()
    return features.gaps(asked, SUPPORTS - beyond, HINTS)


HOUR = 3600
"""The shortest pause between two copies, and the shortest window for one to begin in."""
MOST_DAYS_OF_LOG = 35
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html"""
VAULT = re.compile(r"arn:aws[a-z-]*:backup:[a-z0-9-]+:([0-9]{12}):backup-vault:[A-Za-z0-9_-]{2,50}")


@dataclass(frozen=True, kw_only=True)
class AwsBackup:
    """What a RestoreDrill and alerts need of a Backup."""

    vaults: Sequence[Vault]
    """The component's own first."""
    sources: Mapping[str, pulumi.Output[str]]
    """The ARN of what is copied, by the name of its component."""
    longest: int
    """Days after which the last copy of the last tier is gone."""


def create(scope: Scope, spec: BackupSpec) -> BackupEndpoint:
    _check_pause(scope, spec)
    check_log(scope, spec, most=MOST_DAYS_OF_LOG)
    account = _account_of(scope, spec)
    vaults = backup_vaults.create(scope, spec)
    caches = [it for it in spec.of if it.KIND == "redis"]
    sources = {it.name: _arn(scope, it) for it in spec.of if it not in caches}
    if account is not None:
        _let_read(scope, spec, account)
    kept = tiers(spec)
    plan = _plan(scope, spec, vaults, kept)
    _select(scope, plan, vaults, spec, sources)
    backup_snapshots.create(scope, caches, kept)
    native = AwsBackup(vaults=vaults, sources=sources, longest=max(tier.days for tier in kept.values()))
    return _endpoint(scope, native, caches, kept)


def _check_pause(scope: Scope, spec: BackupSpec) -> None:
    check_pause(scope, spec, least=HOUR, who="AWS Backup")
    if any(it.KIND == "redis" for it in spec.of):
        check_pause(scope, spec, least=backup_snapshots.SHORTEST_PAUSE, who="ElastiCache")


def _account_of(scope: Scope, spec: BackupSpec) -> str | None:
    """The number of the account whose vault gets copies too."""
    if spec.vault is None:
        return None
    match = VAULT.fullmatch(spec.vault)
    if match is None:
        raise SpecError(
            f"{scope.what}: vault: given {spec.vault!r}, the ARN of a vault of AWS Backup is needed, e.g. "
            "'arn:aws:backup:us-east-1:123456789012:backup-vault:offsite'."
        )
    return match[1]


def _arn(scope: Scope, component: Component[Any, Any]) -> pulumi.Output[str]:
    if component.KIND == "postgres":
        return scope.native(component, AwsPostgres).server.arn
    if component.KIND == "document_store":
        return scope.native(component, AwsDocuments).cluster.arn
    return scope.native(component, AwsBucket).arn


def buckets(scope: Scope, of: Sequence[Component[Any, Any]]) -> list[AwsBucket]:
    return [scope.native(it, AwsBucket) for it in of if it.KIND == "object_store"]


def _let_read(scope: Scope, spec: BackupSpec, account: str) -> None:
    """What AWS Backup there does with a database's key, as that account's own service role."""
    role = f":iam::{account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    may = ["CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"]
    for it in spec.of:
        key = scope.native(it, AwsPostgres).key if it.KIND == "postgres" else None
        if key is not None:
            scope.resource(
                f"grant-{it.name}",
                kms.Grant,
                key_id=key,
                grantee_principal=pulumi.Output.concat("arn:", identity.partition(scope), role),
                operations=[*may, "ReEncryptFrom", "ReEncryptTo"],
            )
        elif it.KIND == "postgres":
            pulumi.log.warn(
                f"{scope.what}: vault: AWS copies nothing of Postgres {it.name!r} to another account, as long as RDS' "
                "own key encrypts it: only environments with keys of their own (production) make it one.",
                scope.parent,
            )


def _plan(scope: Scope, spec: BackupSpec, vaults: Sequence[Vault], kept: Mapping[str, Tier]) -> backup.Plan:
    own, *far = vaults
    targets: list[pulumi.Input[str]] = [*(vault.arn for vault in far), *([spec.vault] if spec.vault else [])]
    return scope.resource(
        "plan",
        backup.Plan,
        rules=[_rule(name, tier, own, targets) for name, tier in kept.items()],
        tags=scope.tags,
    )


def _rule(name: str, tier: Tier, vault: Vault, targets: Sequence[pulumi.Input[str]]) -> dict[str, Any]:
    life = {"delete_after": tier.days}
    return {
        "rule_name": name,
        "target_vault_name": vault.name,
        "schedule": f"cron({expression(tier.schedule)})",
        "schedule_expression_timezone": "Etc/UTC",
        "start_window": HOUR // 60,
        "lifecycle": life,
        "copy_actions": [{"destination_vault_arn": arn, "lifecycle": life} for arn in targets],
    }


def _select(
    scope: Scope,
    plan: backup.Plan,
    vaults: Sequence[Vault],
    spec: BackupSpec,
    sources: Mapping[str, pulumi.Output[str]],
) -> None:
    if not sources:  # all of it is a gap that the stack accepts
        return
    scope.resource(
        "selection",
        backup.Selection,
        plan_id=plan.id,
        iam_role_arn=backup_roles.copies(scope, vaults, buckets(scope, spec.of)),
        resources=list(sources.values()),
    )


def _endpoint(
    scope: Scope, native: AwsBackup, caches: Sequence[Component[Any, Any]], kept: Mapping[str, Tier]
) -> BackupEndpoint:
    own = native.vaults[0]
    places = [pulumi.Output.concat(vault.region or "", "/", vault.name) for vault in native.vaults]
    asks = ["backup:DescribeBackupVault", "backup:ListRecoveryPointsByBackupVault"]
    told = backup_functions.create(
        scope,
        "backup_age",
        [
            policies.allow(asks, [vault.arn for vault in native.vaults]),
            *backup_snapshots.forgets(scope, caches),
        ],
        {
            "BACKUP": own.name,
            "SOURCES": backup_functions.joined(native.sources.values()),
            "VAULTS": backup_functions.joined(places),
            **backup_snapshots.told(scope, caches, kept),
        },
        own.key,
    )
    region = identity.region(scope)
    page = pulumi.Output.concat(backup_functions.console(region), "#/backupvaults/details/", own.name)
    return BackupEndpoint(place=own.arn, report=page, log=told.log, native=native)

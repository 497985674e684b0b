"""Backup on Google Cloud: Cloud Scheduler has Cloud SQL take copies of each Postgres, which end by themselves.

- A tier is a schedule with days of its own (`common/backup_tiers`). Where two come at once, both are taken: a copy
  holds what changed since the one before, so the second one is small
  (https://cloud.google.com/sql/docs/postgres/backup-recovery/backups). While a server is busy with another operation,
  Cloud SQL refuses, and is asked again.
- Copies are kept in several regions of the server's continent, encrypted with its own key where it has one. Who may
  delete backups in the project may delete them, and a server that is deleted takes them along: what is left of it is
  its final backup (production: for 365 days).
- Any moment of `keep.every` is restored from the log that Cloud SQL keeps itself: a Postgres must be asked to keep it
  for so long.
- Why not Google's Backup and DR, whose vaults lock: it takes no server that has a key of its own, as those of
  production do (https://cloud.google.com/sql/docs/postgres/backup-recovery/backup-options).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import cloudscheduler, projects

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.backup import BackupEndpoint, BackupSpec
from infra_kit.errors import SpecError
from infra_kit.providers.common.backup_tiers import Tier, check_log, tiers
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp.apis import NAMES, api
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.place import project, region
from infra_kit.providers.gcp.postgres import GcpDatabase
from infra_kit.providers.gcp.postgres_settings import PLUS_LOG_DAYS

SUPPORTS = frozenset({features.THINNED_BACKUPS, features.backup_of("postgres")})
_ITS_OWN = "Cloud SQL keeps its copies itself, in several regions of the continent; leave it out"
HINTS = {
    features.COPY_ELSEWHERE: "Cloud SQL keeps its copies itself, and encrypts them with the server's key; leave to and "
    "key out, and have a Job take a pg_dump to that bucket",
    features.COPY_TO_REGION: _ITS_OWN,
    features.COPY_TO_VAULT: _ITS_OWN,
    features.LOCKED_BACKUPS: "Google locks copies in vaults of Backup and DR alone, which take no server with a key of "
    "its own; leave locked out, and let few people delete backups (cloudsql.backupRuns.delete)",
    features.backup_of("redis"): "Memorystore has its own snapshots (persistence=True); leave it out of of=",
    features.backup_of("object_store"): "Cloud Storage keeps what is overwritten or deleted itself (versioning=True, "
    "retention_lock=…); leave it out of of=, and have a Job copy it elsewhere",
    features.backup_of(
        "event_bus"
    ): "Pub/Sub keeps what was published for as long as its stream's retention, at most 31 days; leave it out of of=",
}

CAVEATS = ("copies stay in the server's own continent and project, and go with the server when it is deleted",)

MOST_DAYS = 365
"""https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/Backups"""
TAKES = "cloudsql.backupRuns.create"
TRIES, PAUSE = 5, "300s"
"""How often it is asked again, and how long after: a copy takes minutes."""
SUFFIX_BYTES = 4


def create(scope: Scope, spec: BackupSpec) -> BackupEndpoint:
    check_log(scope, spec, most=PLUS_LOG_DAYS)
    kept = tiers(spec)
    _check(scope, kept)
    account = _account(scope)
    for it in spec.of:
        for name, tier in kept.items():
            _schedule(scope, name, tier, it, account)
    return _endpoint(scope, kept)


def _check(scope: Scope, kept: Mapping[str, Tier]) -> None:
    for name, tier in kept.items():
        if tier.days > MOST_DAYS:
            raise SpecError(
                f"{scope.what}: keep.{name}: given {tier.days}d, Cloud SQL keeps a copy for {MOST_DAYS}d at most. Say "
                "that, or have a Job take a pg_dump to a bucket."
            )


def _account(scope: Scope) -> pulumi.Output[str]:
    """The address of one that may have copies taken, and nothing else. Cloud SQL knows rights of a whole project only
    (https://cloud.google.com/sql/docs/postgres/iam-roles)."""
    account = service_account(scope, "scheduler", f"Has copies taken of what {scope.name} backs up")
    # An id of a role that is deleted is not free again for weeks, so it is one by chance.
    made = scope.resource("role-id", random.RandomId, byte_length=SUFFIX_BYTES, prefix="infra_kit_backup_")
    role = scope.resource(
        "role",
        projects.IAMCustomRole,
        depends_on=[api(scope, "iam")],
        role_id=made.hex,
        title=f"{scope.target.app} {scope.name} takes copies"[:100],
        permissions=[TAKES],
    )
    may = scope.resource("may-copy", projects.IAMMember, project=project(scope), role=role.name, member=account.member)
    return after(account.email, may)


def _schedule(scope: Scope, name: str, tier: Tier, component: Component[Any, Any], account: pulumi.Output[str]) -> None:
    server = scope.native(component, GcpDatabase).names[0]
    what = f"{scope.target.app} {scope.name} {name}"
    scope.resource(
        f"{name}-{component.name}",
        cloudscheduler.Job,
        depends_on=[api(scope, "scheduler"), api(scope, "sql")],
        region=region(scope),
        description=f"Has a copy of {component.name} taken, for {tier.days} days",
        schedule=tier.schedule,
        time_zone="Etc/UTC",
        retry_config={"retry_count": TRIES, "min_backoff_duration": PAUSE},
        http_target={
            "http_method": "POST",
            "uri": pulumi.Output.concat(f"https://{NAMES['sql']}/v1/projects/", project(scope), "/backups"),
            "headers": {"Content-Type": "application/json"},
            "body": server.apply(lambda instance: _body(instance, what, tier.days)),
            "oauth_token": {"service_account_email": account},
        },
    )


def _body(instance: str, description: str, days: int) -> str:
    """https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/Backups/CreateBackup"""
    wanted = {"instance": instance, "description": description, "ttlDays": str(days)}
    return base64.b64encode(json.dumps(wanted).encode()).decode()


def _endpoint(scope: Scope, kept: Mapping[str, Tier]) -> BackupEndpoint:
    """What Cloud SQL answered stands in Cloud Scheduler's log."""
    there, names = project(scope), "|".join(kept)
    log = f'resource.type="cloud_scheduler_job" AND resource.labels.job_id=~"^{scope.name}-({names})-"'
    return BackupEndpoint(
        place=pulumi.Output.concat("projects/", there, "/backups"),
        report=pulumi.Output.concat("https://console.cloud.google.com/sql/backups?project=", there),
        log=pulumi.Output.from_input(log),
    )

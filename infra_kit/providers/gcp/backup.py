"""Backup on Google Cloud: a program in a Cloud Run job (`backup_jobs`), which Cloud Scheduler starts, has each service
copy its own into buckets of ours (`backup_vaults`), and waits for the end.

- A Postgres: a dump of each database (SQL), which any PostgreSQL reads; and Cloud SQL's own copy beside it, from which
  a whole server is restored within minutes, and which goes with the server. Any moment of `keep.every` is restored from
  the log that Cloud SQL keeps itself: a Postgres must be asked to keep it for so long.
- A Redis: an RDB, which any Redis or Valkey reads. What it holds is asked for while it works.
- An ObjectStore: its objects, brought up to date by Storage Transfer; what was changed or deleted since is a version.
- A tier is a schedule with days of its own (`common/backup_tiers`). Where two come at once, both are taken, one after
  the other.
- Why not Google's Backup and DR, whose vaults lock: it takes no server that has a key of its own, as those of
  production do (https://cloud.google.com/sql/docs/postgres/backup-recovery/backup-options).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.backup import BackupEndpoint, BackupSpec
from infra_kit.providers.common.backup_tiers import check_log, tiers
from infra_kit.providers.gcp import backup_jobs, backup_sources, backup_vaults, buckets
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.place import project
from infra_kit.providers.gcp.postgres_settings import PLUS_LOG_DAYS

SUPPORTS = frozenset(
    {
        features.COPY_TO_REGION,
        features.COPY_TO_VAULT,
        features.LOCKED_BACKUPS,
        features.THINNED_BACKUPS,
        features.backup_of("postgres"),
        features.backup_of("redis"),
        features.backup_of("object_store"),
    }
)
HINTS = {
    features.COPY_ELSEWHERE: "Google's services write into buckets of Cloud Storage alone, under keys of Cloud KMS; "
    "say region=… or vault=…, a bucket of another project",
    features.backup_of("event_bus"): "copies of NATS's disks, each of another moment, are no copy of its streams: with "
    "replicas=3 they are in three zones, with one server on its one disk alone; a snapshot of Pub/Sub "
    "(engine='native') holds no events, only what was acknowledged, and a stream keeps its own for at most 31 days: "
    "leave it out of of=, and have a Worker write what must not be lost into a Postgres",
    features.backup_of("document_store"): "there is none on this target: what stands elsewhere is copied where it "
    "stands; leave it out of of=",
    features.backup_of("search"): "its disk has a snapshot a day by itself, where backups are kept; leave it out of "
    "of=, and have what it holds indexed anew from what it was made of",
}
"""Snapshots: https://cloud.google.com/pubsub/docs/replay-overview"""

CAVEATS = (
    "who destroys the database also destroys Cloud SQL's own copies of it; those in the vault stay, a dump of each "
    "database without the server's users",
)


@dataclass(frozen=True, kw_only=True)
class GcpBackup:
    """What a RestoreDrill and alerts need of a Backup."""

    vault: pulumi.Output[str]
    """The name of the component's own."""
    called: str
    """What Cloud SQL's own copies are called."""
    age: pulumi.Output[str]
    """The name of the log-based metric."""
    job: pulumi.Output[str]
    """The name of the Cloud Run job that takes copies."""


def create(scope: Scope, spec: BackupSpec) -> BackupEndpoint:
    check_log(scope, spec, most=PLUS_LOG_DAYS)
    kept = tiers(spec)
    vaults = backup_vaults.create(scope, spec, kept)
    sources = backup_sources.create(scope, spec.of, vaults)
    called = f"{scope.target.app} {scope.name}"
    runs = _runs(scope, sources, vaults, called)
    for name, tier in kept.items():
        backup_jobs.schedule(scope, runs, name, tier.schedule, ["copy", name, str(tier.days)])
    age = backup_jobs.age(scope, runs, "backup_age_hours", "h")
    vault = vaults["vault"]
    return BackupEndpoint(
        place=pulumi.Output.concat("gs://", vault),
        report=pulumi.Output.concat("https://console.cloud.google.com/storage/browser/", vault),
        log=runs.log,
        native=GcpBackup(vault=vault, called=called, age=age, job=runs.job.name),
    )


def _runs(scope: Scope, sources: backup_sources.Sources, vaults: backup_vaults.Vaults, called: str) -> backup_jobs.Runs:
    account = service_account(scope, "account", f"Has copies taken of what {scope.name} backs up")
    may = backup_jobs.rights(scope, "role", account, sorted(sources.permissions))
    for role, vault in vaults.items():
        may.append(buckets.grant(scope, f"{role}-writes", vault, buckets.CREATOR, account.member))
        may.append(buckets.grant(scope, f"{role}-looks", vault, buckets.LISTER, account.member))
    for name, bucket in sources.buckets.items():
        may.append(buckets.grant(scope, f"lists-{name}", bucket, buckets.LISTER, account.member))
    told: dict[str, pulumi.Input[str]] = {
        "PROJECT": project(scope),
        "BACKUP": called,
        "VAULTS": pulumi.Output.all(*vaults.values()).apply(" ".join),
        "SOURCES": sources.told,
    }
    return backup_jobs.create(scope, "copies", account, told, [*sources.needs, *may])

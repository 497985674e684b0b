"""RestoreDrill on Google Cloud, which tests no restores itself: a program in a Cloud Run job (`backup_jobs`,
`programs/drills.py`) restores what the Backup's vault holds, asks it, measures, deletes it, and writes the proof into
the vault.

- Of a Postgres, Cloud SQL's own copy becomes a server of its own, and the dump in the vault databases beside on that:
  whoever loses the server has the dump alone. Of a Redis each key of the dump is read; of an ObjectStore each object
  is held to the checksum that it had in the bucket.
- What it restores has a name that no other server has the beginning of, and its rights to make, ask and delete servers
  are for such names alone (https://cloud.google.com/sql/docs/postgres/iam-conditions): it can destroy nothing that it
  should prove.
- A restored server reads dumps in a bucket of the drill's own, for it has an account of its own, which is known when it
  stands; who lets it in there has no right to let anybody into the vault.
- It asks as the database's administrator, whose password Cloud SQL itself reads in Secret Manager.
- Why no Memorystore is restored: whether the keys came back, one tells inside of the network alone, and each would be
  paid for and waited for; a dump has a checksum, and the number of its keys, in itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import secretmanager, serviceaccount, storage

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.restore_drill import RestoreDrillEndpoint, RestoreDrillSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.gcp import backup_jobs, buckets
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.backup import GcpBackup
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.place import project, region
from infra_kit.providers.gcp.postgres import GcpDatabase
from infra_kit.providers.gcp.stored_secrets import ACCESSOR

SUPPORTS = frozenset({features.SQL_CHECKS})
HINTS: Mapping[Feature, str] = {}
CAVEATS = (
    "it restores from the component's own vault, not from those of region= and vault=; a dump of a cache is read, key "
    "by key, and put into no server",
)

LOOKS = ("cloudsql.backupRuns.get", "cloudsql.backupRuns.list", "cloudsql.instances.get", "cloudsql.instances.list")
"""What it may do with all servers of the project."""
OWNS = (
    "cloudsql.databases.create", "cloudsql.instances.create", "cloudsql.instances.delete",
    "cloudsql.instances.executeSql", "cloudsql.instances.import", "cloudsql.instances.restoreBackup",
)  # fmt: skip
"""What it may do with those that it restores (https://cloud.google.com/sql/docs/postgres/iam-permissions)."""
SUFFIX_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class GcpRestoreDrill:
    """What alerts need of a drill."""

    age: pulumi.Output[str]
    """The name of the log-based metric."""
    job: pulumi.Output[str]
    """The name of the Cloud Run job that drills."""


def create(scope: Scope, spec: RestoreDrillSpec) -> RestoreDrillEndpoint:
    there = scope.native(spec.of, GcpBackup)
    kept = spec.of.spec.of
    databases = [it for it in kept if it.KIND == "postgres"]
    account = service_account(scope, "account", f"Restores what {spec.of.name} copied, to prove it")
    proofs = f"proofs/{scope.name}"
    told: dict[str, pulumi.Input[str]] = {
        "PROJECT": project(scope),
        "BACKUP": there.called,
        "DRILL": proofs,
        "VAULT": there.vault,
        "TRANSIT": "",
        "SCRATCH": "",
        "RTO": str(seconds(spec.rto)),
        "SOURCES": pulumi.Output.json_dumps({it.name: _source(scope, spec, it) for it in kept}),
    }
    may = _in_vault(scope, account, there)
    if databases:
        scratch, transit = _scratch(scope), _transit(scope)
        told |= {"SCRATCH": scratch, "TRANSIT": transit.name}
        may += _of_servers(scope, account, scratch, transit, databases)
    runs = backup_jobs.create(scope, "drills", account, told, may)
    backup_jobs.schedule(scope, runs, "schedule", spec.schedule, ["drill"])
    age = backup_jobs.age(scope, runs, "drill_age_days", "d")
    page = pulumi.Output.concat("https://console.cloud.google.com/storage/browser/", there.vault, "/", proofs)
    return RestoreDrillEndpoint(report=page, log=runs.log, native=GcpRestoreDrill(age=age, job=runs.job.name))


def _scratch(scope: Scope) -> pulumi.Output[str]:
    """What the names of all begin with that it restores."""
    made = scope.resource(
        "scratch",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-",
        ignore_changes=["prefix"],  # a component that is renamed finds what it restored before
    )
    return pulumi.Output.concat(made.hex, "-")


def _transit(scope: Scope) -> storage.Bucket:
    """What a restored server reads a dump from. What a killed run left there is deleted by the next, or by age.

    Why neither versions (CKV_GCP_78) nor an access log (CKV_GCP_62): nothing stays in it."""
    key = key_id(scope, service="storage", role="transit-key")
    return scope.resource(
        "transit",
        storage.Bucket,
        stateful=True,
        depends_on=[api(scope, "storage")],
        **{**buckets.private(scope, region(scope)), "force_destroy": True},
        lifecycle_rules=[{"action": {"type": "Delete"}, "condition": {"age": 1}}, buckets.UNFINISHED],
        soft_delete_policy={"retention_duration_seconds": 0},
        encryption={"default_kms_key_name": key} if key else None,
    )


def _in_vault(scope: Scope, account: serviceaccount.Account, there: GcpBackup) -> list[pulumi.Resource]:
    roles = {"proofs": buckets.CREATOR, "proofs-lookup": buckets.LISTER, "reads": buckets.READER}
    return [buckets.grant(scope, name, there.vault, may, account.member) for name, may in roles.items()]


def _of_servers(
    scope: Scope,
    account: serviceaccount.Account,
    scratch: pulumi.Output[str],
    transit: storage.Bucket,
    databases: Sequence[Component[Any, Any]],
) -> list[pulumi.Resource]:
    own = pulumi.Output.concat('resource.name.startsWith("projects/', project(scope), "/instances/", scratch, '")')
    only = {"title": "what it restores", "expression": own}
    return [
        *backup_jobs.rights(scope, "looks", account, LOOKS),
        *backup_jobs.rights(scope, "owns", account, OWNS, only),
        buckets.grant(scope, "passes", transit.name, buckets.OWNER, account.member),
        *(_reads_password(scope, account, it) for it in databases),
    ]


def _reads_password(scope: Scope, account: serviceaccount.Account, component: Component[Any, Any]) -> pulumi.Resource:
    version = scope.native(component, GcpDatabase).session.secret
    return scope.resource(
        f"password-{component.name}",
        secretmanager.RegionalSecretIamMember,
        secret_id=version.apply(lambda it: it.partition("/versions/")[0]),
        location=region(scope),
        role=ACCESSOR,
        member=account.member,
    )


def _source(scope: Scope, spec: RestoreDrillSpec, component: Component[Any, Any]) -> dict[str, Any]:
    if component.KIND != "postgres":
        return {"kind": component.KIND}
    there = scope.native(component, GcpDatabase)
    asked = {name: (check, *spec.database_of(name, check)) for name, check in spec.checks.items()}
    return {
        "kind": component.KIND,
        "server": there.names[0],
        "databases": list(component.spec.databases),
        "user": there.session.user,
        "secret": there.session.secret,
        "checks": {
            name: {"database": database, "sql": check.sql, "expects": check.expects}
            for name, (check, of, database) in asked.items()
            if of == component.name
        },
    }

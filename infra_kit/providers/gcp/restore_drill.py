"""RestoreDrill on Google Cloud, which tests no restores itself: a program in a Cloud Run job (`backup_jobs`,
`programs/drills.py`) restores the newest copy that Cloud SQL keeps of each Postgres as a server of its own, asks it,
measures, deletes it, and writes the proof into the Backup's vault.

- What it restores has a name that no other server has the beginning of, and its rights to make, ask and delete servers
  are for such names alone (https://cloud.google.com/sql/docs/postgres/iam-conditions): it can destroy nothing that it
  should prove.
- It asks as the database's administrator, whose password Cloud SQL itself reads in Secret Manager.
- Dumps, caches and objects in the vault are restored by nobody: a plan says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import secretmanager, serviceaccount

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.restore_drill import RestoreDrillEndpoint, RestoreDrillSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.common.drilled import drilled
from infra_kit.providers.gcp import backup_jobs, buckets
from infra_kit.providers.gcp.backup import GcpBackup
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.place import project, region
from infra_kit.providers.gcp.postgres import GcpDatabase
from infra_kit.providers.gcp.stored_secrets import ACCESSOR

SUPPORTS = frozenset({features.SQL_CHECKS})
HINTS: Mapping[Feature, str] = {}
CAVEATS = (
    "it restores Cloud SQL's own copies of each Postgres; dumps, caches and objects in the vault are restored by hand",
)

LOOKS = ("cloudsql.backupRuns.get", "cloudsql.backupRuns.list", "cloudsql.instances.get", "cloudsql.instances.list")
"""What it may do with all servers of the project."""
OWNS = (
    "cloudsql.instances.create", "cloudsql.instances.delete", "cloudsql.instances.executeSql",
    "cloudsql.instances.restoreBackup",
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
    databases = drilled(scope, spec, {"postgres"}, "Postgres")
    account = service_account(scope, "account", f"Restores what {spec.of.name} copied, to prove it")
    scratch = _scratch(scope)
    may = _rights(scope, account, scratch, there, databases)
    proofs = f"proofs/{scope.name}"
    told: dict[str, pulumi.Input[str]] = {
        "PROJECT": project(scope),
        "BACKUP": there.called,
        "DRILL": proofs,
        "VAULT": there.vault,
        "SCRATCH": scratch,
        "RTO": str(seconds(spec.rto)),
        "SOURCES": pulumi.Output.json_dumps({it.name: _source(scope, spec, it) for it in databases}),
    }
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


def _rights(
    scope: Scope,
    account: serviceaccount.Account,
    scratch: pulumi.Output[str],
    there: GcpBackup,
    databases: Sequence[Component[Any, Any]],
) -> list[pulumi.Resource]:
    own = pulumi.Output.concat('resource.name.startsWith("projects/', project(scope), "/instances/", scratch, '")')
    only = {"title": "what it restores", "expression": own}
    return [
        *backup_jobs.rights(scope, "looks", account, LOOKS),
        *backup_jobs.rights(scope, "owns", account, OWNS, only),
        buckets.grant(scope, "proofs", there.vault, buckets.CREATOR, account.member),
        buckets.grant(scope, "proofs-lookup", there.vault, buckets.LISTER, account.member),
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
    there = scope.native(component, GcpDatabase)
    asked = {name: (check, *spec.database_of(name, check)) for name, check in spec.checks.items()}
    return {
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

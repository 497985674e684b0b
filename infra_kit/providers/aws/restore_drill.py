"""RestoreDrill on AWS: a plan of AWS Backup that restores the newest copy of each component into a place of its own,
which it removes after that (https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html).

- A database is restored as a machine of its own, into its network and behind its security group; a bucket as another
  one, which is private; documents as a cluster there that has no instance, so nobody reads in it what came back.
- A proof is that a copy was restored whole, within `rto`, and that a database answers the checks as it must: a function
  says so to AWS Backup, of each restore (`lambdas/drill_age.py`). What else is in it, nobody compares: AWS vouches for
  the bytes of its own copies.
- Checks are asked by another function, inside of the network (`restore_checks`, `lambdas/postgres_checks.py`), as the
  role that owns the databases: what the master user signs in with may have been rotated since the copy.
- Snapshots of caches are restored by nobody: AWS Backup does not know them. A plan says so.
- One that AWS Backup cannot restore is told on its page and by its events; the signal `drill-age` grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_aws import backup

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.restore_drill import RestoreDrillEndpoint, RestoreDrillSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.aws import backup_functions, backup_roles, identity, policies, restore_checks
from infra_kit.providers.aws.backup import AwsBackup, buckets
from infra_kit.providers.aws.document_store import AwsDocuments
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.drilled import drilled
from infra_kit.providers.aws.job_schedule import expression
from infra_kit.providers.aws.postgres import AwsPostgres

SUPPORTS = frozenset({features.SQL_CHECKS})
HINTS: Mapping[Feature, str] = {}

MOST_DAYS = 365
"""How old a copy may be that is tested
(https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingRecoveryPointSelection.html)."""
TYPES = {"postgres": "RDS", "object_store": "S3", "document_store": "DocumentDB"}
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingSelectionForCreate.html"""
VALIDATED_WITHIN = 1
"""Hours that what was restored stands, for it to be judged."""
BEGUN_WITHIN = 1
"""Hours in which a drill begins."""


@dataclass(frozen=True, kw_only=True)
class AwsRestoreDrill:
    """What alerts need of a drill."""

    plan: pulumi.Output[str]
    """The name of its plan."""


def create(scope: Scope, spec: RestoreDrillSpec) -> RestoreDrillEndpoint:
    there = scope.native(spec.of, AwsBackup)
    plan = _plan(scope, spec, there)
    role = backup_roles.restores(scope, there.vaults, buckets(scope, spec.of.spec.of))
    restored = drilled(scope, spec, TYPES, "Postgres, ObjectStore and DocumentStore")
    for it in restored:
        _select(scope, plan, role, it, there.sources[it.name])
    told = _teller(scope, spec, there, plan, {it.name: there.sources[it.name] for it in restored})
    page = backup_functions.console(identity.region(scope))
    return RestoreDrillEndpoint(report=page, log=told.log, native=AwsRestoreDrill(plan=plan.name))


def _plan(scope: Scope, spec: RestoreDrillSpec, there: AwsBackup) -> backup.RestoreTestingPlan:
    """Its name has no hyphens, which those that Pulumi gives have."""
    mark = scope.resource("mark", random.RandomId, byte_length=4)
    return scope.resource(
        "plan",
        backup.RestoreTestingPlan,
        name=pulumi.Output.concat(_named(scope.name), "_", mark.hex),
        schedule_expression=f"cron({expression(spec.schedule)})",
        schedule_expression_timezone="Etc/UTC",
        start_window_hours=BEGUN_WITHIN,
        recovery_point_selection={
            "algorithm": "LATEST_WITHIN_WINDOW",
            "include_vaults": [there.vaults[0].arn],
            "recovery_point_types": ["SNAPSHOT"],
            "selection_window_days": min(there.longest, MOST_DAYS),
        },
        tags=scope.tags,
        ignore_changes=["name"],  # AWS changes none: a component that is renamed would get another plan
    )


def _named(name: str) -> str:
    return name.replace("-", "_")


def _select(
    scope: Scope,
    plan: backup.RestoreTestingPlan,
    role: pulumi.Output[str],
    component: Component[Any, Any],
    source: pulumi.Output[str],
) -> None:
    scope.resource(
        f"selection-{component.name}",
        backup.RestoreTestingSelection,
        name=_named(component.name),
        restore_testing_plan_name=plan.name,
        iam_role_arn=role,
        protected_resource_type=TYPES[component.KIND],
        protected_resource_arns=[source],
        restore_metadata_overrides=_place(scope, component),
        validation_window_hours=VALIDATED_WITHIN,
    )


def _place(scope: Scope, component: Component[Any, Any]) -> Mapping[str, pulumi.Input[str]] | None:
    """Where a database is restored to; else AWS takes the account's default network, if there still is one
    (https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html)."""
    if component.KIND == "postgres":
        there = scope.native(component, AwsPostgres)
        return {
            "dbSubnetGroupName": there.server.db_subnet_group_name,
            "dbParameterGroupName": there.server.parameter_group_name,
            "vpcSecurityGroupIds": dumps([there.group]),
        }
    if component.KIND == "document_store":
        return _place_of_documents(scope.native(component, AwsDocuments))
    return None


def _place_of_documents(there: AwsDocuments) -> Mapping[str, pulumi.Input[str]]:
    """AWS takes any three zones else, DocumentDB not all."""
    return {
        "availabilityZones": dumps(there.cluster.availability_zones.apply(sorted)),
        "dbSubnetGroupName": there.cluster.db_subnet_group_name,
        "dbClusterParameterGroupName": there.cluster.db_cluster_parameter_group_name,
        "vpcSecurityGroupIds": dumps([there.group]),
    }


def _teller(
    scope: Scope,
    spec: RestoreDrillSpec,
    there: AwsBackup,
    plan: backup.RestoreTestingPlan,
    sources: Mapping[str, pulumi.Output[str]],
) -> backup_functions.Teller:
    """`sources`: what of the Backup is restored."""
    of_jobs: Sequence[str] = (
        "backup:DescribeRestoreJob", "backup:ListRestoreJobsByProtectedResource", "backup:PutRestoreValidationResult",
    )  # fmt: skip
    asked = restore_checks.create(scope, spec, sources)
    told = backup_functions.create(
        scope,
        "drill_age",
        [policies.allow(of_jobs, "*"), policies.allow(["backup:GetRestoreTestingPlan"], plan.arn), *asked.rights],
        {
            "DRILL": plan.name,
            "PLAN": plan.name,
            "PLAN_ARN": plan.arn,
            "SOURCES": backup_functions.joined(sources.values()),
            "RTO": str(seconds(spec.rto)),
            "ASKED": asked.told,
        },
        there.vaults[0].key,
        timeout=backup_functions.TIMEOUT + asked.seconds,
    )
    detail = {"status": ["COMPLETED"], "restoreTestingPlanArn": [plan.arn]}
    pattern = dumps({"source": ["aws.backup"], "detail-type": ["Restore Job State Change"], "detail": detail})
    backup_functions.call(scope, "restored", told.function, event_pattern=pattern)
    return told

"""The user's own SQL, asked of a database that a RestoreDrill had restored.

The function that asks stands in the database's network and reaches nothing else; the one that judges (`restore_drill`)
hands it what it signs in with, and may call none but it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import lambda_

from infra_kit.component import Component, Scope
from infra_kit.components.restore_drill import RestoreDrillSpec
from infra_kit.providers.aws import backup_roles, identity, policies, postgres_functions
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.aws.postgres import AwsPostgres
from infra_kit.providers.aws.postgres_functions import Inside

Checks = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the function that judges is told and may do, and how many seconds it waits for answers."""

    told: pulumi.Output[str]
    rights: Sequence[Statement]
    seconds: int


def create(scope: Scope, spec: RestoreDrillSpec, sources: Mapping[str, pulumi.Output[str]]) -> Asked:
    """The children `asks-<component>`, one of each Postgres that has checks."""
    told: list[Any] = []
    rights: list[Statement] = []
    for component in spec.of.spec.of:
        if checks := _checks(spec, component):
            there = scope.native(component, AwsPostgres)
            function = _function(scope, component, there, checks)
            told.append([sources[component.name], {"function": function.name, "secret": there.secret}])
            rights += _rights(scope, there, function)
    named = dumps(told).apply(lambda text: json.dumps(dict(json.loads(text))))
    waits = 60 * postgres_functions.MINUTES if told else 0
    return Asked(told=named, rights=[*rights, *_looks(scope)] if told else [], seconds=waits)


def _checks(spec: RestoreDrillSpec, component: Component[Any, Any]) -> Checks:
    asked = {name: (check, *spec.database_of(name, check)) for name, check in spec.checks.items()}
    return {
        name: {"database": database, "sql": check.sql, "expects": check.expects}
        for name, (check, of, database) in asked.items()
        if of == component.name
    }


def _function(scope: Scope, component: Component[Any, Any], there: AwsPostgres, checks: Checks) -> lambda_.Function:
    network = scope.native(there.network, AwsNetwork)
    inside = Inside(network=network, group=there.clients, key=there.key)
    does = f"Asks what was restored of {component.name} for"
    files = {"checks.json": pulumi.StringAsset(json.dumps(checks))}
    return postgres_functions.create(scope, f"asks-{component.name}", "postgres_checks", does, inside, files=files)


def _rights(scope: Scope, there: AwsPostgres, function: lambda_.Function) -> list[Statement]:
    reads = [policies.allow(["secretsmanager:GetSecretValue"], there.secret)]
    if there.key is not None:
        reads.append(policies.decrypt(there.key, identity.region(scope), "secretsmanager"))
    return [*reads, policies.allow(["lambda:InvokeFunction"], function.arn)]


def _looks(scope: Scope) -> list[Statement]:
    """At what a test restored, to find its address."""
    servers = Text(
        "arn:", identity.partition(scope), ":rds:", identity.region(scope), ":", identity.account(scope),
        f":db:{backup_roles.SCRATCH}*",
    )  # fmt: skip
    return [policies.allow(["rds:DescribeDBInstances"], servers)]

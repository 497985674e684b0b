"""The secret variables of a workload: one secret in Secrets Manager, JSON by variable, which ECS reads when it starts a
task. One, not one a variable: each costs by the month."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pulumi

from infra_kit import links
from infra_kit.component import Scope
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import grants, policies, security, stored_secrets
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.aws.stored_secrets import Reference
from infra_kit.workloads import Variables


def references(
    scope: Scope,
    linked: Sequence[Link],
    told: Variables,
    key: pulumi.Output[str] | None,
    beside: Mapping[str, pulumi.Output[str]],
) -> dict[str, Reference]:
    """By variable, where ECS reads each; also of those that a container `beside` the program is told."""
    standing = _standing(linked, told.grants)
    wanted = {**told.secret, **beside}
    missing = {name: wanted[name] for name in sorted(wanted) if name not in standing}
    if not missing:
        return standing
    text: pulumi.Output[str] = pulumi.Output.secret(dumps(missing))
    made = stored_secrets.store(scope, "secrets", f"Secret variables of {security.about(scope)}", text, key)
    return {**standing, **{name: dataclasses.replace(made, field=name) for name in missing}}


def _standing(linked: Sequence[Link], granted: Sequence[Grant]) -> dict[str, Reference]:
    return {
        name: reference
        for link, grant in zip(linked, granted, strict=True)
        for name, reference in links.named(link, grants.of(grant).secrets).items()
    }


def readable(references: Mapping[str, Reference], region: pulumi.Output[str]) -> list[Statement]:
    """What lets ECS read these, and no other."""
    if not references:
        return []
    arns = {id(it.arn): it.arn for it in references.values()}
    keys = {id(it.key): it.key for it in references.values() if it.key is not None}
    return [
        policies.allow(["secretsmanager:GetSecretValue"], list(arns.values())),
        *(policies.decrypt(key, region, "secretsmanager") for key in keys.values()),
    ]

"""The secret variables of a workload: each a secret in Secret Manager that only its account may read."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_random as random
from pulumi_gcp import serviceaccount

from infra_kit.component import Scope
from infra_kit.providers.gcp import stored_secrets
from infra_kit.providers.gcp.grants import Reference
from infra_kit.workloads import Variables

SUFFIX_BYTES = 3


def references(
    scope: Scope, standing: Mapping[str, Reference], told: Variables, account: serviceaccount.Account
) -> tuple[dict[str, Reference], list[pulumi.Resource]]:
    """By variable, where Cloud Run reads each; and what lets it.

    Args:
        standing: those that stand in Secret Manager already; the link to them brings the right to read them.
    """
    missing = {name: value for name, value in told.secret.items() if name not in standing}
    if not missing:
        return dict(standing), []
    key, prefix = stored_secrets.key_of(scope), _prefix(scope)
    made = {
        name: stored_secrets.store(
            scope,
            f"secret-{name}",
            secret_id=pulumi.Output.concat(prefix, "-", name),
            value=value,
            key=key,
        )
        for name, value in missing.items()
    }
    return {**standing, **made}, [_let(scope, name, reference, account) for name, reference in made.items()]


def _prefix(scope: Scope) -> pulumi.Output[str]:
    """A secret has no automatic name, and two stacks of a project never meet."""
    made = scope.resource(
        "secrets-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps its secrets
    )
    return made.hex


def _let(scope: Scope, name: str, reference: Reference, account: serviceaccount.Account) -> pulumi.Resource:
    may = stored_secrets.may_read(reference)
    return scope.resource(f"secret-{name}-accessor", may.kind, **may.where, role=may.role, member=account.member)

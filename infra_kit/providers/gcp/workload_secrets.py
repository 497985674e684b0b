"""The secret variables of a workload: each a secret in Secret Manager that only its account may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_gcp import serviceaccount

from infra_kit.component import Scope
from infra_kit.providers.gcp import stored_secrets
from infra_kit.providers.gcp.grants import Reference


def references(
    scope: Scope,
    standing: Mapping[str, Reference],
    secret: Mapping[str, pulumi.Output[str]],
    account: serviceaccount.Account,
) -> tuple[dict[str, Reference], list[pulumi.Resource]]:
    """By variable, where Cloud Run reads each; and what lets it.

    Args:
        scope, account: of the workload.
        standing: those that stand in Secret Manager already; the link to them brings the right to read them.
        secret: all of them.
    """
    missing = {name: value for name, value in secret.items() if name not in standing}
    if not missing:
        return dict(standing), []
    key, prefix = stored_secrets.key_of(scope), stored_secrets.prefix(scope)
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
    return {**standing, **made}, [
        stored_secrets.let_read(scope, f"secret-{name}-accessor", reference, account)
        for name, reference in made.items()
    ]


def told(plain: Mapping[str, pulumi.Input[str]], secret: Mapping[str, Reference]) -> list[dict[str, Any]]:
    """What a container finds in its environment, as Cloud Run takes it."""
    return [
        *({"name": name, "value": value} for name, value in plain.items()),
        *({"name": name, "value_source": _source(reference)} for name, reference in secret.items()),
    ]


def _source(reference: Reference) -> dict[str, Any]:
    return {"secret_key_ref": {"secret": reference.secret, "version": reference.version}}

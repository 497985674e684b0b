"""Secrets in Secret Manager: kept in the region, under a key of the component's own where the environment asks for it.

A version is referred to by its number, never as `latest`: another value is another version, and whoever refers to it is
deployed anew with it.
"""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import secretmanager, serviceaccount

from infra_kit.component import Scope
from infra_kit.providers.common.secret_sizes import fitting
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.grants import Permission, Reference
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region

ACCESSOR = "roles/secretmanager.secretAccessor"
SUFFIX_BYTES = 3
ORIGINAL = {"infra-kit": "original"}
"""Of what is no copy: by this `stateful` tells it."""


def key_of(scope: Scope) -> pulumi.Output[str] | None:
    """The key of a component's secrets."""
    return key_id(scope, service="secrets", role="secrets-key")


def prefix(scope: Scope) -> pulumi.Output[str]:
    """What the names of a component's secrets begin with: a secret has no automatic name, and two stacks of a project
    never meet. The child `secrets-id`."""
    made = scope.resource(
        "secrets-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps its secrets
    )
    return made.hex


def store(
    scope: Scope,
    role: str,
    *,
    secret_id: pulumi.Input[str],
    value: pulumi.Output[str],
    key: pulumi.Output[str] | None,
    kept: bool = False,
    field: str = "",
    way_out: str = "Make it shorter.",
) -> Reference:
    """A secret with one version, which holds the value: the children `role` and `<role>-version`.

    Args:
        role: of the secret.
        secret_id: its name in the project.
        value: what it holds.
        key: what it is encrypted with; None: Google's.
        kept: no copy of what stands elsewhere, so it is guarded like data.
        field: what of the component the value is made of; empty: of what `role` says.
        way_out: what to do where it is more than a secret holds, for which `SpecError` is raised.
    """
    secret = _secret(scope, role, secret_id, key, kept=kept)
    version = scope.resource(
        f"{role}-version",
        secretmanager.SecretVersion,
        secret=secret.id,
        secret_data=fitting(scope, field or role, value, way_out),
    )
    return Reference(secret=secret.id, version=version.version)


def _secret(
    scope: Scope, role: str, secret_id: pulumi.Input[str], key: pulumi.Output[str] | None, *, kept: bool
) -> secretmanager.Secret:
    return scope.resource(
        role,
        secretmanager.Secret,
        stateful=kept,
        depends_on=[api(scope, "secrets")],
        # What it is called, where it is kept and under which key is decided when it is made: the provider would make
        # another one (https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets).
        ignore_changes=["replication", "secretId"],
        secret_id=secret_id,
        replication={"user_managed": {"replicas": [_replica(scope, key)]}},
        labels=labels(scope),
        annotations=ORIGINAL if kept else None,
        deletion_protection=kept and scope.defaults.protect,
    )


def _replica(scope: Scope, key: pulumi.Output[str] | None) -> dict[str, Any]:
    encryption = {"customer_managed_encryption": {"kms_key_name": key}} if key else {}
    return {"location": region(scope), **encryption}


def may_read(reference: Reference) -> Permission:
    """To read this secret, and no other."""
    return Permission(kind=secretmanager.SecretIamMember, role=ACCESSOR, where={"secret_id": reference.secret})


def let_read(scope: Scope, role: str, reference: Reference, account: serviceaccount.Account) -> pulumi.Resource:
    """The account may: the child `role`."""
    may = may_read(reference)
    return scope.resource(role, may.kind, **may.where, role=may.role, member=account.member)

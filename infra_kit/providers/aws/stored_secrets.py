"""Secrets in Secrets Manager.

A version is referred to by its id: another value is another version, and whoever refers to it is deployed anew with it.
Nothing is rotated there between two `up`s. Why not CKV2_AWS_57: a program gets another value by being deployed anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import secretsmanager

from infra_kit.component import Scope
from infra_kit.providers.aws.documents import Text
from infra_kit.providers.common.secret_sizes import fitting
from infra_kit.providers.common.waiting import after

WINDOW_DAYS = 30
"""How long a secret that is deleted can be had back, where data is retained: the longest there is
(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html)."""

ORIGINAL = {"infra-kit": "original"}
"""Of what is no copy: by this `stateful` tells it."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A secret, or a key of one that holds JSON, as ECS takes it."""

    arn: pulumi.Output[str]
    version: pulumi.Output[str]
    key: pulumi.Output[str] | None
    """What encrypts it; None: the key of Secrets Manager."""
    field: str = ""
    """The key within it; empty: all of it."""

    @property
    def value_from(self) -> Text:
        """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html"""
        return Text(self.arn, f":{self.field}::", self.version)


def store(
    scope: Scope,
    role: str,
    what: str,
    text: pulumi.Output[str],
    key: pulumi.Output[str] | None,
    *,
    kept: bool = False,
    field: str = "",
    way_out: str = "Make it shorter.",
    **more: Any,
) -> Reference:
    """A secret that holds a text: the children `role` and `<role>-value`.

    Args:
        scope: the component's.
        role: its role among the component's children.
        what: says whose it is.
        text: secret.
        key: the key of the component; None for that of Secrets Manager.
        kept: no copy of what stands elsewhere, so it is guarded like data, and keeps the name that it was made with.
        field: what of the component the text is made of; empty: of what `role` says.
        way_out: what to do where it is more than a secret holds, for which `SpecError` is raised.
        more: other inputs of the secret.
    """
    secret = scope.resource(
        role,
        secretsmanager.Secret,
        stateful=kept,
        ignore_changes=["name"] if kept else [],
        description=what,
        kms_key_id=key,
        recovery_window_in_days=WINDOW_DAYS if scope.defaults.retain_data else 0,
        tags={**scope.tags, **(ORIGINAL if kept else {})},
        **more,
    )
    fits = fitting(scope, field or role, text, way_out)
    value = scope.resource(f"{role}-value", secretsmanager.SecretVersion, secret_id=secret.id, secret_string=fits)
    return Reference(arn=after(secret.arn, value), version=value.version_id, key=key)

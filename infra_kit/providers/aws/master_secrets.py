"""The secret in which AWS itself keeps, and rotates, the password of a server's master user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import secretsmanager

from infra_kit.component import Scope


def kept(scope: Scope, secrets: pulumi.Output[Sequence[Any]]) -> pulumi.Output[str]:
    """What the master user signs in with now: JSON, `username` and `password`. Secret."""
    return pulumi.Output.secret(secrets.apply(lambda them: _read(scope, them)))


def _read(scope: Scope, secrets: Sequence[Any]) -> pulumi.Input[str]:
    """A preview shows what stands: a server whose password AWS is only about to keep has no such secret yet."""
    if not secrets:
        return ""
    return secretsmanager.get_secret_version_output(secret_id=secrets[0].secret_arn, opts=scope.invoke).secret_string

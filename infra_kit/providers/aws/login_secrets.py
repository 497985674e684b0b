"""Logins in Secrets Manager: what a server's user signs in with, for the services of AWS that read it there.

They are not rotated by Secrets Manager. Why not CKV2_AWS_57: whoever holds the URL of a database would lose it. To
change one, replace the password that it is of: that `up` sets it everywhere.
"""

from __future__ import annotations

import pulumi
from pulumi_aws import secretsmanager

from infra_kit.component import Scope
from infra_kit.providers.common.waiting import after

WINDOW_DAYS = 30
"""How long a secret that is deleted can be had back, where data is retained: the longest there is
(https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html)."""


def login(username: str, password: pulumi.Input[str]) -> pulumi.Output[str]:
    """JSON, `username` and `password`, as RDS itself writes it. Secret."""
    return pulumi.Output.secret(pulumi.Output.json_dumps({"username": username, "password": password}))


def keep(
    scope: Scope, role: str, what: str, text: pulumi.Output[str], key: pulumi.Output[str] | None
) -> pulumi.Output[str]:
    """The ARN of a secret, once it holds this text.

    Args:
        scope: the component's.
        role: its role among the component's children; its value is `<role>-value`.
        what: says whose login it is.
        text: see `login`.
        key: the key of the component; None for that of Secrets Manager.
    """
    secret = scope.resource(
        role,
        secretsmanager.Secret,
        description=what,
        kms_key_id=key,
        recovery_window_in_days=WINDOW_DAYS if scope.defaults.retain_data else 0,
        tags=scope.tags,
    )
    value = scope.resource(f"{role}-value", secretsmanager.SecretVersion, secret_id=secret.id, secret_string=text)
    return after(secret.arn, value)

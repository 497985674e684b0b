"""Logins in Secrets Manager: what a server's user signs in with, for the services of AWS that read it there.

They are not rotated by Secrets Manager. Why not CKV2_AWS_57: whoever holds the URL of a database would lose it. To
change one, replace the password that it is of: that `up` sets it everywhere.
"""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.providers.aws import stored_secrets
from infra_kit.providers.aws.documents import dumps


def login(username: str, password: pulumi.Input[str]) -> pulumi.Output[str]:
    """JSON, `username` and `password`, as RDS itself writes it. Secret."""
    return pulumi.Output.secret(dumps({"username": username, "password": password}))


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
    return stored_secrets.store(scope, role, what, text, key).arn

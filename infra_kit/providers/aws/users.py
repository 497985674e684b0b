"""Users of IAM: the identity that an application signs its requests with.

Why not CKV_AWS_273 (people sign in by SSO, and there are no users): this one is no person. A component's endpoint says
how an application reaches it from wherever that runs, also outside of AWS, where there is no role to take on.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import iam

from infra_kit.component import Scope


@dataclass(frozen=True)
class User:
    """A user with one access key, who may nothing yet."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    key_id: pulumi.Output[str]
    secret: pulumi.Output[str]
    """Secret."""


def user(scope: Scope) -> User:
    """The component's own user (roles `user` and `access-key`)."""
    made = scope.resource("user", iam.User, tags=scope.tags)
    key = scope.resource("access-key", iam.AccessKey, user=made.name)
    return User(made.arn, made.name, key.id, pulumi.Output.secret(key.secret))

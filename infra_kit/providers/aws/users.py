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
    """A user with one access key."""

    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]
    secret: pulumi.Output[str]
    """Secret."""


def user(scope: Scope, policy: pulumi.Output[str], before: str = "") -> User:
    """The component's own user (roles `user`, `user-policy` and `access-key`), whose key is there once it may do what
    `policy` says; a link's, with `before` before those roles.

    Why not CKV_AWS_40 (policies are for groups and roles): there is one user for them, and they go together."""
    made = scope.resource(f"{before}user", iam.User, tags=scope.tags)
    rights = scope.resource(f"{before}user-policy", iam.UserPolicy, user=made.name, policy=policy)
    key = scope.resource(f"{before}access-key", iam.AccessKey, user=made.name, depends_on=[rights])
    return User(made.arn, key.id, pulumi.Output.secret(key.secret))

"""KMS: a production component encrypts with a key of its own, which nobody outside its account can use."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import kms

from infra_kit.component import Scope
from infra_kit.providers.aws import identity

LOGS = "logs.amazonaws.com"
"""CloudWatch Logs. It alone calls from a principal of each region, and names the log group where others name the
account (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html)."""

USE = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
)
"""What a service needs to write and read what is encrypted."""


def key_arn(scope: Scope, role: str = "key", *, services: Sequence[str] = ()) -> pulumi.Output[str] | None:
    """The key of a component in production; None elsewhere: the service's own key, which costs nothing.

    A database, a cache or a bucket uses it in the name of who calls, so the account's own policies suffice. A service
    that acts by itself must be named.

    Args:
        scope: the component's.
        role: its role among the component's children.
        services: the principals of the services that use it by themselves, e.g. `events.amazonaws.com`.
    """
    if not scope.defaults.protect:
        return None
    key = scope.resource(
        role,
        kms.Key,
        stateful=True,
        retain_on_delete=True,
        description=f"{type(scope.parent).__name__} {scope.name} of {scope.target.app} ({scope.environment})",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=_policy(scope, services),
        tags=scope.tags,
    )
    return key.arn


def _policy(scope: Scope, services: Sequence[str]) -> pulumi.Output[str]:
    """`Resource: *` in a key's policy is that key alone
    (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html)."""
    place = pulumi.Output.all(identity.partition(scope), identity.account(scope), identity.region(scope))
    return place.apply(lambda it: json.dumps(_document(it[0], it[1], it[2], services)))


def _document(partition: str, account: str, region: str, services: Sequence[str]) -> dict[str, object]:
    # Why kms:* for the account: without it no policy of IAM counts, and a key that nobody can administer stays so
    # (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
    owner = {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    users = [
        {
            "Sid": "".join(part.capitalize() for part in service.split(".")[0].split("-")),
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{region}.amazonaws.com" if service == LOGS else service},
            "Action": list(USE),
            "Resource": "*",
            "Condition": _logs_of(partition, account, region) if service == LOGS else _account(account),
        }
        for service in services
    ]
    return {"Version": "2012-10-17", "Statement": [owner, *users]}


def _logs_of(partition: str, account: str, region: str) -> dict[str, object]:
    return {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:{partition}:logs:{region}:{account}:log-group:*"}}


def _account(account: str) -> dict[str, object]:
    """Another account must not have the service use this key for it (the confused deputy)."""
    return {"StringEquals": {"aws:SourceAccount": account}}

"""KMS: where the environment has own keys, a component encrypts with one, which nobody outside its account can use."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import kms

from infra_kit.component import Scope
from infra_kit.providers.aws import identity

CLOUDFRONT = "cloudfront.amazonaws.com"
"""It reads what a bucket's key encrypted, and says so for which distribution, but no account
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html).
Which one it will be, a key cannot know: a distribution needs its bucket first, and its bucket the key."""
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


def key_arn(
    scope: Scope, role: str = "key", *, services: Sequence[str] = (), region: str | None = None
) -> pulumi.Output[str] | None:
    """The own key of a component; None where the environment has none: the service's key, which costs nothing.

    A database, a cache or a bucket uses it in the name of who calls, so the account's own policies suffice. A service
    that acts by itself must be named.

    Args:
        scope: the component's.
        role: its role among the component's children.
        services: the principals of the services that use it by themselves, e.g. `events.amazonaws.com`.
        region: where it is another than the component's.
    """
    if not scope.defaults.own_keys:
        return None
    key = scope.resource(
        role,
        kms.Key,
        stateful=True,
        retain_on_delete=True,
        description=f"{type(scope.parent).__name__} {scope.name} of {scope.target.app} ({scope.environment})",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=_policy(scope, services, region),
        tags=scope.tags,
        region=region,
    )
    return key.arn


def _policy(scope: Scope, services: Sequence[str], region: str | None) -> pulumi.Output[str]:
    """`Resource: *` in a key's policy is that key alone
    (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html)."""
    place = pulumi.Output.all(identity.partition(scope), identity.account(scope), region or identity.region(scope))
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
    users = [_uses(service, partition, account, region) for service in services]
    return {"Version": "2012-10-17", "Statement": [owner, *users]}


def _uses(service: str, partition: str, account: str, region: str) -> dict[str, object]:
    return {
        "Sid": "".join(part.capitalize() for part in service.split(".", maxsplit=1)[0].split("-")),
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{region}.amazonaws.com" if service == LOGS else service},
        "Action": ["kms:Decrypt"] if service == CLOUDFRONT else list(USE),
        "Resource": "*",
        "Condition": _condition(service, partition, account, region),
    }


def _condition(service: str, partition: str, account: str, region: str) -> dict[str, object]:
    """Another account must not have the service use this key for it (the confused deputy)."""
    if service == LOGS:
        groups = f"arn:{partition}:logs:{region}:{account}:log-group:*"
        return {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    if service == CLOUDFRONT:
        return {"ArnLike": {"aws:SourceArn": f"arn:{partition}:cloudfront::{account}:distribution/*"}}
    return {"StringEquals": {"aws:SourceAccount": account}}

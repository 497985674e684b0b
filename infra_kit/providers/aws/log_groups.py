"""Log groups of CloudWatch."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudwatch

from infra_kit.component import Scope

DAYS = 30
MONITORED_DAYS = 365
"""A year: an intrusion is often found out months later."""


def group(scope: Scope, role: str, key: pulumi.Output[str] | None) -> cloudwatch.LogGroup:
    """A log group of the component.

    Args:
        scope: the component's.
        role: its role among the component's children.
        key: of `keys.key_arn(scope, services=[keys.LOGS])`; None for the service's own.
    """
    return scope.resource(role, cloudwatch.LogGroup, retention_in_days=days(scope), kms_key_id=key, tags=scope.tags)


def days(scope: Scope) -> int:
    """How long the environment keeps what services of AWS log."""
    return MONITORED_DAYS if scope.defaults.monitoring else DAYS

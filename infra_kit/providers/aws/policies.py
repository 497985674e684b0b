"""Policies of IAM: who may do what with which resource."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.providers.aws import identity
from infra_kit.providers.aws.documents import Text, dumps

Statement = Mapping[str, Any]
"""Its values may be Outputs, or texts of them."""

Arn = pulumi.Input[str] | Text

NAMESPACE = "infra-kit"
"""CloudWatch's, of all figures that functions and machines of ours tell."""

TRUST_LAMBDA = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
"""Lambda takes a role from the function's own account only, so no condition has to say so."""


def allow(
    actions: Sequence[str], resources: Arn | Sequence[Arn] | pulumi.Output[list[str]], **condition: Any
) -> Statement:
    """Args:
    actions: e.g. `sqs:ReceiveMessage`.
    resources: their ARNs.
    condition: by operator, e.g. `StringEquals={"aws:SourceAccount": …}`.
    """
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def document(statements: Sequence[Statement]) -> pulumi.Output[str]:
    return dumps({"Version": "2012-10-17", "Statement": list(statements)})


def tell_figures() -> Statement:
    """To tell CloudWatch figures of our own, and none of others
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html)."""
    return allow(["cloudwatch:PutMetricData"], "*", StringEquals={"cloudwatch:namespace": NAMESPACE})


def trust(scope: Scope, service: str) -> pulumi.Output[str]:
    """Lets a service take a role on, for resources of this account alone (else: the confused deputy,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html)."""
    who = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document([{**who, "Condition": {"StringEquals": {"aws:SourceAccount": identity.account(scope)}}}])


def decrypt(key: pulumi.Input[str], region: pulumi.Input[str], service: str) -> Statement:
    """To have a service decrypt what it keeps under a key, and nothing else."""
    through = Text(f"{service}.", region, ".amazonaws.com")
    return allow(["kms:Decrypt"], key, StringEquals={"kms:ViaService": through})

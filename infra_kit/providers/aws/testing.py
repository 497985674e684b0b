"""What a recorded program (`infra_kit.testing`) gets from AWS: names and numbers of the form that the real ones have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

ACCOUNT = "123456789012"
REGION = "us-east-1"

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def _arn(service: str, path: str) -> Answer:
    """An ARN, told from others by the tag `component` of what it is of."""
    return lambda inputs: {
        "arn": f"arn:aws:{service}:{REGION}:{ACCOUNT}:{path}/{inputs.get('tags', {}).get('component', 'it')}"
    }


def _redis(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = inputs["tags"]["component"]
    return {
        "primaryEndpointAddress": f"master.{name}.abc123.use1.cache.amazonaws.com",
        "readerEndpointAddress": f"replica.{name}.abc123.use1.cache.amazonaws.com",
    }


OUTPUTS: dict[str, Mapping[str, Any] | Answer] = {
    "aws:cloudwatch/logGroup:LogGroup": _arn("logs", "log-group:flows"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _redis,
    "aws:iam/role:Role": _arn("iam", "role"),
    "aws:kms/key:Key": _arn("kms", "key"),
    "random:index/randomId:RandomId": {"hex": "c0ffee42"},
    "random:index/randomPassword:RandomPassword": {"result": "recorded-password"},
}
"""By type, what a resource answers beside its inputs."""

CALLS: dict[str, Mapping[str, Any] | Answer] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
    "aws:index/getPartition:getPartition": {"partition": "aws"},
    "aws:index/getRegion:getRegion": {"region": REGION},
}
"""By token, what a function of the provider answers."""

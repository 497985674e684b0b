"""What of a recorded program is open on AWS: to the internet, or to more than what is linked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _beyond_a_port_of_a_group(inputs: Mapping[str, Any]) -> bool:
    ports = (inputs.get("fromPort"), inputs.get("toPort"))
    return inputs["ipProtocol"] != "tcp" or ports[0] != ports[1] or any(key.startswith("cidrIpv") for key in inputs)


WIDE: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _beyond_a_port_of_a_group,
}
"""By type, whether what has these inputs is a way to more than what is linked."""


def _anyone(inputs: Mapping[str, Any]) -> bool:
    return inputs.get("cidrIpv4") == "0.0.0.0/0" or inputs.get("cidrIpv6") == "::/0"


def _open_group(inputs: Mapping[str, Any]) -> bool:
    return any("0.0.0.0/0" in rule.get("cidrBlocks", ()) for rule in inputs.get("ingress", ()))


def _unblocked(inputs: Mapping[str, Any]) -> bool:
    guards = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    return not all(inputs.get(guard) for guard in guards)


OPEN: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "aws:cloudfront/distribution:Distribution": lambda inputs: inputs["enabled"],
    "aws:ec2/securityGroup:SecurityGroup": _open_group,
    "aws:ecs/service:Service": lambda inputs: bool(inputs.get("networkConfiguration", {}).get("assignPublicIp")),
    "aws:ec2/subnet:Subnet": lambda inputs: bool(inputs.get("mapPublicIpOnLaunch")),
    "aws:lambda/functionUrl:FunctionUrl": lambda _: True,
    "aws:lb/loadBalancer:LoadBalancer": lambda inputs: not inputs.get("internal"),
    "aws:rds/instance:Instance": lambda inputs: bool(inputs.get("publiclyAccessible")),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _unblocked,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _anyone,
}
"""By type, whether what has these inputs is open to the internet."""

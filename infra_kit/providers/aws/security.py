"""Security groups: who may reach a component."""

from __future__ import annotations

import pulumi
from pulumi_aws import ec2, vpc

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common.waiting import after


def database_group(scope: Scope, network: AwsNetwork, port: int) -> pulumi.Output[str]:
    """The id, once it is open, of a group that lets the network's own addresses in on one port, and nothing out.

    Raises `SpecError` for a component whose name AWS would refuse of its group
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html).

    Args:
        scope: the component's.
        network: where it stands.
        port: where its server listens.
    """
    what = f"{type(scope.parent).__name__} {scope.name}"
    if f"{scope.name}-".startswith("sg-"):
        raise SpecError(
            f"{type(scope.parent).__name__} {scope.name!r}: AWS takes no security group whose name begins with 'sg-', "
            "as the one of this component would: choose another name."
        )
    group = scope.resource(
        "security-group",
        ec2.SecurityGroup,
        vpc_id=network.vpc_id,
        description=f"Reaches {what}",
        tags=scope.tags,
        ignore_changes=["description"],  # AWS changes none: a component that is renamed would get another group
    )
    way = scope.resource(
        "ingress",
        vpc.SecurityGroupIngressRule,
        description=f"The network to {what}",
        security_group_id=group.id,
        cidr_ipv4=network.cidr,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        tags=scope.tags,
    )
    return after(group.id, way)

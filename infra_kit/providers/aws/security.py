"""Security groups: who may reach a component.

A store lets in what is linked to it, each by a rule of its own. Where nothing runs in its network that could be linked
to it, it lets the network's own addresses in: else nobody could use it. The first Service, Worker or Job in the network
closes it to them; the plan shows the rule that goes. Whatever else is to use it then (a machine that infra_kit does not
know), gets in by a rule that its owner adds to the group, with `overrides` or beside this program.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi_aws import ec2, vpc

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common.waiting import after


def group(scope: Scope, network: AwsNetwork, role: str, does: str) -> ec2.SecurityGroup:
    """A group that lets nobody in and nothing out.

    Raises `SpecError` for a component whose name AWS would refuse of its group
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html).

    Args:
        scope: the component's.
        network: where it stands.
        role: its role among the component's children.
        does: its description, before the component: `Reaches`.
    """
    if f"{scope.name}-".startswith("sg-"):
        raise SpecError(
            f"{scope.what}: AWS takes no security group whose name begins with 'sg-', "
            "as the one of this component would: choose another name."
        )
    return scope.resource(
        role,
        ec2.SecurityGroup,
        vpc_id=network.vpc_id,
        description=f"{does} {about(scope)}",
        tags=scope.tags,
        ignore_changes=["description"],  # AWS changes none: a component that is renamed would get another group
    )


def about(scope: Scope) -> str:
    """The component, in the letters that a description may have."""
    return f"{type(scope.parent).__name__} {scope.name}"


def database_group(
    scope: Scope, network: AwsNetwork, port: int, own: pulumi.Output[str] | None = None
) -> pulumi.Output[str]:
    """The id, once it is open, of the group of a store, which lets nothing out. Raises `SpecError`, see `group`.

    Args:
        scope: the component's.
        network: where it stands.
        port: where its server listens.
        own: the group of what belongs to the store and speaks to it. Default: the store's own group.
    """
    made = group(scope, network, "security-group", "Reaches")
    clients = made.id if own is None else own
    way = let_in(
        scope,
        "ingress",
        made.id,
        port,
        cidr_ipv4=_unless_workloads(network, lambda alone: network.cidr if alone else None),
        referenced_security_group_id=_unless_workloads(network, lambda alone: None if alone else clients),
    )
    return after(made.id, way)


def _unless_workloads(network: AwsNetwork, source: Callable[[bool], Any]) -> pulumi.Output[Any]:
    return network.workloads.then(lambda found: source(not found))


def let_in(
    scope: Scope,
    role: str,
    into: pulumi.Input[str],
    port: pulumi.Input[int],
    last: pulumi.Input[int] | None = None,
    **source: Any,
) -> vpc.SecurityGroupIngressRule:
    """Lets a source into a group on one port, or up to a last one, for the component of the scope."""
    return scope.resource(
        role,
        vpc.SecurityGroupIngressRule,
        description=f"For {about(scope)}",
        security_group_id=into,
        ip_protocol="tcp",
        from_port=port,
        to_port=port if last is None else last,
        tags=scope.tags,
        **source,
    )

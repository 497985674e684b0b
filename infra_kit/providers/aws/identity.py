"""Where a component's resources are made: partition, region and account, asked of the component's own provider."""

from __future__ import annotations

import pulumi
from pulumi_aws import get_caller_identity_output, get_partition_output, get_region_output

from infra_kit.component import Scope


def region(scope: Scope) -> pulumi.Output[str]:
    """The region's name: the target's, or the provider's own where the target says none or the user chose another."""
    return pulumi.Output.from_input(scope.region) if scope.region else get_region_output(opts=scope.invoke).region


def account(scope: Scope) -> pulumi.Output[str]:
    """The account's number: policies name it, so that nobody else's resources are served."""
    return get_caller_identity_output(opts=scope.invoke).account_id


def partition(scope: Scope) -> pulumi.Output[str]:
    """`aws`, or that of China or of the government: the second part of each ARN."""
    return get_partition_output(opts=scope.invoke).partition


def domain(scope: Scope) -> pulumi.Output[str]:
    """`amazonaws.com`, or that of another partition: what the addresses of AWS's APIs end in."""
    return get_partition_output(opts=scope.invoke).dns_suffix

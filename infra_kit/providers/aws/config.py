"""Config on AWS: a tree of parameters in SSM's Parameter Store.

- `database/host` of production is the parameter `/production/database/host`. It is one of the account's and region's,
  so another application there needs another path. Of a preview it is `/preview/<app>/<stack>/database/host`.
- What is linked gets the values as plain variables, and may read these parameters, by their names: to see a change
  without being deployed anew.
- Why not CKV_AWS_337 and CKV2_AWS_34 (encrypted parameters): a secret is refused here, and belongs into a Secret.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import ssm

from infra_kit.component import Scope
from infra_kit.components.config import ConfigEndpoint, ConfigSpec
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import stored_names
from infra_kit.providers.aws.grants import AwsGrant
from infra_kit.providers.aws.policies import allow

SUPPORTS: frozenset[Feature] = frozenset()


@dataclass(frozen=True, kw_only=True)
class AwsConfig:
    """The parameters' ARNs, for workloads."""

    arns: list[pulumi.Output[str]]


def create(scope: Scope, spec: ConfigSpec) -> ConfigEndpoint:
    made = {path: _parameter(scope, path, value) for path, value in spec.values.items()}
    return ConfigEndpoint(
        references=pulumi.Output.all(**{path: parameter.name for path, parameter in made.items()}),
        native=AwsConfig(arns=[parameter.arn for parameter in made.values()]),
    )


def _parameter(scope: Scope, path: str, value: pulumi.Input[str]) -> ssm.Parameter:
    return scope.resource(
        f"parameter-{path.replace('/', '.')}",
        ssm.Parameter,
        name=stored_names.of(scope, path),
        type="String",
        # What is longer than 4 KB costs, and is taken.
        tier="Intelligent-Tiering",
        value=value,
        tags=scope.tags,
    )


def link(scope: Scope, link: Link) -> Grant:
    spec: ConfigSpec = link.to.spec
    reads = allow(["ssm:GetParameter", "ssm:GetParameters"], scope.native(link.to, AwsConfig).arns)
    return Grant(variables=spec.variables, native=AwsGrant(statements=[reads]))

"""Lambda functions that speak to a server, or a domain of OpenSearch Service, from inside of its network.

- They need no way out of the network, which `nat="none"` has not: what they sign in with comes with the call.
- They prove a server by RDS's own authorities, which Pulumi packs beside them: they sign DocumentDB's servers too.
- Why no reserved concurrency (CKV_AWS_115): it takes from the account's, and a new account has none to spare
  (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
- Why no dead letter queue (CKV_AWS_116): who calls one waits for its answer.
- Why no key of its own for its environment (CKV_AWS_173): it has none. Why no code signing (CKV_AWS_272): whoever may
  run `up` may sign too. Why no traces (CKV_AWS_50): it calls nothing but the server, and its log says what it did.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_, vpc

from infra_kit.component import Scope
from infra_kit.providers.aws import identity, lambdas, log_groups, policies, security
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common import authorities
from infra_kit.providers.common.packed import distributions, modules

AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html, of DocumentDB
https://docs.aws.amazon.com/documentdb/latest/developerguide/connect_programmatically.html."""

MINUTES = 5


@dataclass(frozen=True, kw_only=True)
class Inside:
    """Where a function stands."""

    network: AwsNetwork
    group: pulumi.Output[str]
    """A security group that the server lets in."""
    key: pulumi.Output[str] | None
    """What encrypts its log; None for the service's own."""


def create(
    scope: Scope,
    prefix: str,
    module: str,
    does: str,
    inside: Inside,
    *,
    code: pulumi.AssetArchive,
) -> lambda_.Function:
    """The child `prefix`, and what it needs.

    Args:
        scope: the component's.
        prefix: its role among the component's children.
        module: its file in `lambdas`, without the ending.
        does: its description, before the component's name.
        inside: where it stands.
        code: the file and what it imports: see `archive`.
    """
    log = log_groups.group(scope, f"{prefix}-log", inside.key)
    role, rights = _role(scope, prefix, does, log)
    return scope.resource(
        prefix,
        lambda_.Function,
        description=f"{does} {scope.name}",
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"{module}.handler",
        code=code,
        role=role.arn,
        timeout=60 * MINUTES,
        memory_size=256,
        vpc_config={"subnet_ids": inside.network.data(scope), "security_group_ids": [inside.group]},
        logging_config={"log_format": "JSON", "log_group": log.name},
        depends_on=rights,
        tags=scope.tags,
    )


def _role(scope: Scope, prefix: str, does: str, log: cloudwatch.LogGroup) -> tuple[iam.Role, list[pulumi.Resource]]:
    """It may write its log, and Lambda may stand it in the network
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions)."""
    role = scope.resource(
        f"{prefix}-role",
        iam.Role,
        assume_role_policy=policies.TRUST_LAMBDA,
        description=f"{does} {scope.name}",
        tags=scope.tags,
    )
    # The managed policy, for AWS changes what a function in a network needs.
    stands = scope.resource(
        f"{prefix}-network-rights",
        iam.RolePolicyAttachment,
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:", identity.partition(scope), ":iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
        ),
    )
    writes = scope.resource(f"{prefix}-log-rights", iam.RolePolicy, role=role.id, policy=log.arn.apply(_writes))
    return role, [stands, writes]


def _writes(log: str) -> str:
    statement = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log}:*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def client_group(
    scope: Scope, network: AwsNetwork, port: int
) -> tuple[pulumi.Output[str], vpc.SecurityGroupEgressRule]:
    """The group of what speaks to the server and lets nobody in: the function and the pooler. Its one rule beside."""
    what = security.about(scope)
    group = security.group(scope, network, "client-security-group", "Uses")
    rule = scope.resource(
        "client-egress",
        vpc.SecurityGroupEgressRule,
        security_group_id=group.id,
        description=f"To {what}",
        cidr_ipv4=network.cidr,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        tags=scope.tags,
    )
    return group.id, rule


def certificate(done: lambda_.Invocation) -> pulumi.Output[str | None]:
    """The authorities that the function answered with: a JSON string, in which line ends alone are escaped."""
    return done.result.apply(lambda text: text.strip('"').replace("\\n", "\n") or None)


def archive(
    module: str,
    driver: Sequence[str],
    ours: Sequence[ModuleType] = (),
    *,
    with_metadata: Collection[str] = (),
    files: Mapping[str, pulumi.Asset] | None = None,
) -> pulumi.AssetArchive:
    """A function and what it imports, file by file: the same archive on every machine.

    Args:
        module: its file in `lambdas`, without the ending.
        driver: the distributions that it imports, which the extra `aws` pins: see `packed`.
        ours: what it imports of infra_kit, beside `authorities`.
        with_metadata: of the distributions, what reads the version in its own METADATA.
        files: what else is packed.
    """
    own = Path(lambdas.__path__[0]) / f"{module}.py"
    packed = {
        **distributions(tuple(driver), frozenset(with_metadata)),
        f"{module}.py": own,
        **modules(authorities, *ours),
    }
    return pulumi.AssetArchive(
        {
            **{name: pulumi.FileAsset(str(path)) for name, path in packed.items()},
            "authorities.pem": pulumi.RemoteAsset(AUTHORITIES),
            **(files or {}),
        }
    )

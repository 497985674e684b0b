"""Functions that set up what AWS has no API for, from inside of a store's network: databases, indexes, users.

- Why no reserved concurrency (CKV_AWS_115): it takes from the account's, and a new account has none to spare
  (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
- Why no dead letter queue (CKV_AWS_116): nothing calls it but `up`, which fails with its words.
- Why no key of its own for its environment (CKV_AWS_173): it has none. Why no code signing (CKV_AWS_272): whoever may
  run `up` may sign too. Why no traces (CKV_AWS_50): it calls nothing but the server, and its log says what it did.
"""

from __future__ import annotations

import json

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_, vpc

from infra_kit.component import Scope
from infra_kit.providers.aws import identity, log_groups, policies, security
from infra_kit.providers.aws.network import AwsNetwork

MINUTES = 5


def function(
    scope: Scope,
    module: str,
    code: pulumi.AssetArchive,
    *,
    network: AwsNetwork,
    client_group: pulumi.Output[str],
    key: pulumi.Output[str] | None,
    makes: str,
) -> lambda_.Function:
    """The child `setup` of the component, and what it needs.

    Args:
        scope: the component's.
        module, code: its file in `lambdas`, without the ending, and what it runs.
        network, client_group: where it stands, and what lets it speak to the component: see `client_group`.
        key: what encrypts its log; None for the service's own.
        makes: what, for its description.
    """
    log = log_groups.group(scope, "setup-log", key)
    role, rights = _role(scope, log)
    return scope.resource(
        "setup",
        lambda_.Function,
        description=f"Makes {makes} of {security.about(scope)}",
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"{module}.handler",
        code=code,
        role=role.arn,
        timeout=60 * MINUTES,
        memory_size=256,
        vpc_config={"subnet_ids": network.data(scope), "security_group_ids": [client_group]},
        logging_config={"log_format": "JSON", "log_group": log.name},
        depends_on=rights,
        tags=scope.tags,
    )


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


def _role(scope: Scope, log: cloudwatch.LogGroup) -> tuple[iam.Role, list[pulumi.Resource]]:
    """It may write its log, and Lambda may stand it in the network
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions)."""
    role = scope.resource(
        "setup-role",
        iam.Role,
        assume_role_policy=policies.TRUST_LAMBDA,
        description=f"Sets up {security.about(scope)}",
        tags=scope.tags,
    )
    # The managed policy, for AWS changes what a function in a network needs.
    stands = scope.resource(
        "setup-network-rights",
        iam.RolePolicyAttachment,
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:", identity.partition(scope), ":iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
        ),
    )
    writes = scope.resource("setup-log-rights", iam.RolePolicy, role=role.id, policy=log.arn.apply(_writes))
    return role, [stands, writes]


def _writes(log: str) -> str:
    statement = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log}:*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

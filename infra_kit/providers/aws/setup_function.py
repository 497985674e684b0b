"""A Lambda function that sets up a server from inside of its network, for what its service has no API for.

- It needs no way out of the network, which `nat="none"` has not: what it must know comes with the call, whose input is
  a secret of Pulumi's state.
- It proves the server by RDS's own authorities, which Pulumi packs beside it, and answers with those of its region.
- Why no reserved concurrency (CKV_AWS_115): it takes from the account's, and a new account has none to spare
  (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
- Why no dead letter queue (CKV_AWS_116): nothing calls it but `up`, which fails with its words.
- Why no key of its own for its environment (CKV_AWS_173): it has none. Why no code signing (CKV_AWS_272): whoever may
  run `up` may sign too. Why no traces (CKV_AWS_50): it calls nothing but the server, and its log says what it did.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_, vpc

from infra_kit.component import Scope
from infra_kit.providers.aws import identity, lambdas, log_groups, policies, security
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common import authorities

AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html, of DocumentDB too
(https://docs.aws.amazon.com/documentdb/latest/developerguide/connect_programmatically.html)."""
MINUTES = 5


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


def run(
    scope: Scope,
    name: str,
    does: str,
    code: pulumi.AssetArchive,
    *,
    network: AwsNetwork,
    client_group: pulumi.Output[str],
    key: pulumi.Output[str] | None,
    wanted: pulumi.Output[str],
    after: Collection[pulumi.Resource],
) -> lambda_.Invocation:
    """Has a server set up. What needs that waits for the result.

    Args:
        scope: the component's.
        name: the module of `lambdas`.
        does: its description, before the component: `Makes the role, databases and extensions of`.
        code: see `code`.
        network, client_group: where it stands, see `client_group`.
        key: of its log.
        wanted: what it is told, as JSON.
        after: what must stand before it is called.
    """
    function = _function(scope, name, does, code, network=network, group=client_group, key=key)
    return scope.resource(
        "setup-run",
        lambda_.Invocation,
        function_name=function.name,
        input=pulumi.Output.secret(wanted),
        triggers={"code": function.code_sha256},
        depends_on=list(after),
    )


def _function(
    scope: Scope,
    name: str,
    does: str,
    code: pulumi.AssetArchive,
    *,
    network: AwsNetwork,
    group: pulumi.Output[str],
    key: pulumi.Output[str] | None,
) -> lambda_.Function:
    log = log_groups.group(scope, "setup-log", key)
    role, rights = _role(scope, log)
    return scope.resource(
        "setup",
        lambda_.Function,
        description=f"{does} {security.about(scope)}",
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"{name}.handler",
        code=code,
        role=role.arn,
        timeout=60 * MINUTES,
        memory_size=256,
        vpc_config={"subnet_ids": network.data(scope), "security_group_ids": [group]},
        logging_config={"log_format": "JSON", "log_group": log.name},
        depends_on=rights,
        tags=scope.tags,
    )


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


def code(
    name: str, driver: Collection[str], modules: Collection[ModuleType], *, with_metadata: Collection[str] = ()
) -> pulumi.AssetArchive:
    """A function and what it imports, file by file: the same archive on every machine.

    Args:
        name: the module of `lambdas`.
        driver: the distributions that it imports: pure Python all of them, or what of them is, so they run on any
            processor. The extra `aws` pins each, for with another release of one the archive, and so every plan, would
            be another on the next machine.
        modules: of infra_kit, that it imports beside `authorities`.
        with_metadata: of the distributions, what reads the version in its own METADATA.
    """
    own = Path(lambdas.__path__[0]) / f"{name}.py"
    files: dict[str, Any] = {
        path: pulumi.FileAsset(str(where)) for it in driver for path, where in _files(it, with_metadata)
    }
    ours = {f"{it.__name__.replace('.', '/')}.py": _asset(it) for it in (authorities, *modules)}
    return pulumi.AssetArchive(
        {
            **files,
            f"{name}.py": pulumi.FileAsset(str(own)),
            **ours,
            "authorities.pem": pulumi.RemoteAsset(AUTHORITIES),
        }
    )


def _asset(module: ModuleType) -> pulumi.FileAsset:
    return pulumi.FileAsset(str(Path(str(module.__file__))))


def _files(name: str, with_metadata: Collection[str]) -> Iterator[tuple[str, Path]]:
    for file in distribution(name).files or ():
        if file.suffix == ".py" or (file.name == "METADATA" and name in with_metadata):
            yield file.as_posix(), Path(str(file.locate()))

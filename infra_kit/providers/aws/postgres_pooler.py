"""RDS Proxy: the connection pooler in front of an RDS server.

- It lends server connections by the transaction, and keeps one for a client as long as the client's session needs it (a
  SET, a temporary table, LISTEN: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html). So
  what works with `mode="session"` works, and `mode="transaction"` costs no more; there is nothing to switch.
- Clients beyond `max_connections` are not turned away but wait their turn: the proxy has no limit of its own, only one
  of the connections that it opens itself, a share of the server's.
- It stands before the primary only, never before a replica
  (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations): reads that may lag go
  to `reader_url` directly, pooled reads to the primary by `pooled_url`.
- Its certificate is one of Amazon's public authorities, which systems know; `ca_certificate` is not for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import ceil

import pulumi
from pulumi_aws import iam, lambda_, rds

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.databases import Pooling
from infra_kit.errors import SpecError
from infra_kit.providers.aws import identity, policies, postgres_parameters
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.common.waiting import after

WAIT = 30
"""Seconds that a client waits for a connection (seeds/001: 30 s)."""

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-iam-setup.html"""


@dataclass(frozen=True, kw_only=True)
class Pooler:
    name: pulumi.Output[str]
    host: pulumi.Output[str]


def share(scope: Scope, spec: PostgresSpec, pooling: Pooling, size: Size) -> int:
    """How many percent of the server's connections the proxy may open. Raises `SpecError` where sessions, each of
    which may keep a connection to itself, are more than the server has."""
    there = postgres_parameters.connections(spec, size)
    if pooling.mode == "session" and pooling.max_connections > there:
        raise SpecError(
            f"Postgres {scope.name!r}: pooling.max_connections: given {pooling.max_connections} for mode='session'; "
            f"{size.name} takes about {there} connections. Ask for more memory_gb, or take mode='transaction'."
        )
    return max(1, min(100, ceil(100 * pooling.max_connections / max(1, there))))


def create(
    scope: Scope,
    percent: int,
    server: rds.Instance,
    *,
    network: AwsNetwork,
    groups: list[pulumi.Output[str]],
    secrets: pulumi.Output[list[str]],
    key: pulumi.Output[str] | None,
    done: lambda_.Invocation,
) -> Pooler:
    """A proxy before the server, which logs in as the roles of `secrets` once `done` has made them."""
    proxy = _proxy(scope, network, groups, secrets, _role(scope, secrets, key))
    targets = scope.resource(
        "pooler-limits",
        rds.ProxyDefaultTargetGroup,
        db_proxy_name=proxy.name,
        connection_pool_config={
            "max_connections_percent": percent,
            "max_idle_connections_percent": percent // 2,
            "connection_borrow_timeout": WAIT,
        },
    )
    target = scope.resource(
        "pooler-target",
        rds.ProxyTarget,
        db_proxy_name=proxy.name,
        target_group_name=targets.name,
        db_instance_identifier=server.identifier,
        depends_on=[done],
    )
    return Pooler(name=proxy.name, host=after(proxy.endpoint, target))


def _proxy(
    scope: Scope,
    network: AwsNetwork,
    groups: list[pulumi.Output[str]],
    secrets: pulumi.Output[list[str]],
    role: pulumi.Output[str],
) -> rds.Proxy:
    return scope.resource(
        "pooler",
        rds.Proxy,
        engine_family="POSTGRESQL",
        require_tls=True,
        role_arn=role,
        vpc_subnet_ids=network.data(scope),
        vpc_security_group_ids=groups,
        auths=secrets.apply(lambda arns: [_login(arn) for arn in sorted(arns)]),
        tags=scope.tags,
    )


def _login(secret: str) -> dict[str, str]:
    return {
        "auth_scheme": "SECRETS",
        "client_password_auth_type": "POSTGRES_SCRAM_SHA_256",
        "iam_auth": "DISABLED",
        "secret_arn": secret,
    }


def _role(scope: Scope, secrets: pulumi.Output[list[str]], key: pulumi.Output[str] | None) -> pulumi.Output[str]:
    role = scope.resource(
        "pooler-role",
        iam.Role,
        assume_role_policy=TRUST,
        description=f"Lets the pooler of Postgres {scope.name} log in",
        tags=scope.tags,
    )
    may: list[policies.Statement] = [policies.allow(["secretsmanager:GetSecretValue"], secrets)]
    if key is not None:
        may.append(policies.decrypt(key, identity.region(scope), "secretsmanager"))
    reads = scope.resource("pooler-rights", iam.RolePolicy, role=role.id, policy=policies.document(may))
    return after(role.arn, reads)

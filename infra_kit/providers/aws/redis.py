"""Redis on AWS: ElastiCache for Valkey, one primary and its replicas (cluster mode off: any client speaks to it).

- Clients need TLS and a password. The endpoint's is that of the user `default`, whom a URL means that names none; a
  link has a user of its own (`redis_users`). Connections that stand go on when a password changes.
- `memory_gb` counts what data may fill: a node has a third more. AWS does not let `maxmemory` itself be set, so a node
  may hold more than was asked.
- Nodes are the cheapest that fit, burstable ones too, in production as well: Redis has one busy thread, and these have
  two CPUs (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html).
- Multi-AZ failover comes with `high_availability` alone. Why not CKV2_AWS_50 in every production: it doubles the price,
  and what is kept here besides sessions and counters should have a home elsewhere.
- Changes take place at once: who runs `up` has seen them in the plan, and means now.
- AWS refuses to change `databases` of a cache that stands: make another one beside it.
- A cache stays encrypted as it was made: with a key of its own where the environment had own keys then, else with that
  of ElastiCache. To change that, restore a snapshot into a new one.
- Its certificate is of Amazon's public authorities, which clients know
  (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
from pulumi_aws import elasticache

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.components.redis import DEFAULT_VERSION, RedisEndpoint, RedisSpec, Version
from infra_kit.errors import SpecError
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import keys, redis_users, sizes, snapshots, tunnel
from infra_kit.providers.aws.grants import AwsGrant, Opening
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.redis_users import PORT, Users
from infra_kit.providers.aws.security import database_group
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.sizes import Size, choose

ENGINES: Mapping[Version, str] = {"7": "7.2", "8": "8.2", "9": "9.0"}
"""By major version, the one to run (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html); its
patches come by themselves. The family of its parameters goes by the major version."""

SUPPORTS = frozenset({features.READ_REPLICAS, features.HIGH_AVAILABILITY} | {features.version(it) for it in ENGINES})

HINTS = {
    features.PERSISTENCE: "ElastiCache keeps no append-only file, only a snapshot a day, and its durability needs "
    "cluster mode, another protocol; keep what must not be lost in Postgres, or set replicas=1, high_availability=True "
    "to survive the loss of a node"
}


@dataclass(frozen=True, kw_only=True)
class AwsRedis:
    """What links need of a cache."""

    network: Network
    group: pulumi.Output[str]
    users: Users
    host: pulumi.Output[str]
    reader: pulumi.Output[str]
    """The same without replicas."""
    nodes: Sequence[pulumi.Output[str]]
    """Their ids, in the order of their numbers."""
    server: elasticache.ReplicationGroup
    size: Size


def create(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
    network = scope.native(scope.network, AwsNetwork)
    secret = password(scope).result
    users = redis_users.create(scope, secret)
    group = database_group(scope, network, PORT)
    tunnel.let_in(scope, group, PORT)
    size = choose(scope, sizes.ELASTICACHE, memory_gb=spec.memory_gb)
    server = _server(scope, spec, network, group, users=users, size=size)
    reader = server.reader_endpoint_address if spec.replicas else server.primary_endpoint_address
    host = server.primary_endpoint_address
    native = AwsRedis(
        network=scope.network,
        group=group,
        users=users,
        host=host,
        reader=reader,
        nodes=_nodes(server, 1 + spec.replicas),
        server=server,
        size=size,
    )
    return _endpoint(secret, native)


def _nodes(server: elasticache.ReplicationGroup, count: int) -> list[pulumi.Output[str]]:
    """As ElastiCache names them (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.Redis.Groups.html)."""
    return [pulumi.Output.concat(server.id, f"-{number:03}") for number in range(1, count + 1)]


def link(scope: Scope, link: Link) -> Grant:
    known: RedisEndpoint = link.to.endpoint
    there = scope.native(link.to, AwsRedis)
    check_same(scope, link, there.network)
    name, secret = redis_users.of_link(scope, link, there.users)
    mine = replace(
        known,
        username=pulumi.Output.from_input(name),
        password=secret,
        url=redis_users.url(there.host, name, secret),
        reader_url=redis_users.url(there.reader, name, secret),
    )
    opening = Opening(group=there.group, port=PORT)
    return mine.grant(native=AwsGrant(opening=opening), depends_on=[there.users.group])


def _subnets(scope: Scope, spec: RedisSpec, network: AwsNetwork) -> elasticache.SubnetGroup:
    ids = network.data(scope)
    if spec.high_availability and len(ids) == 1:
        raise SpecError(
            f"Redis {scope.name!r}: high_availability: a replica in another zone takes over, and the network has "
            "one zone. Give it a Network(zones=2), or set high_availability=False."
        )
    return scope.resource(
        "subnets", elasticache.SubnetGroup, subnet_ids=ids, description=_about(scope), tags=scope.tags
    )


def _parameters(scope: Scope, spec: RedisSpec) -> elasticache.ParameterGroup:
    values = {"maxmemory-policy": spec.eviction, "databases": str(spec.databases)}
    return scope.resource(
        "parameters",
        elasticache.ParameterGroup,
        family=f"valkey{spec.version or DEFAULT_VERSION}",
        description=_about(scope),
        parameters=[{"name": name, "value": value} for name, value in values.items()],
        tags=scope.tags,
        ignore_changes=["description"],  # AWS changes none: a component that is renamed would get another group
    )


def _server(
    scope: Scope, spec: RedisSpec, network: AwsNetwork, group: pulumi.Output[str], *, users: Users, size: Size
) -> elasticache.ReplicationGroup:
    """The nodes, which ElastiCache spreads over the zones of their subnets by itself."""
    subnets = _subnets(scope, spec, network)
    key = keys.key_arn(scope)
    return scope.resource(
        "server",
        elasticache.ReplicationGroup,
        stateful=True,
        description=_about(scope),
        engine="valkey",
        engine_version=ENGINES[spec.version or DEFAULT_VERSION],
        node_type=size.name,
        num_cache_clusters=1 + spec.replicas,
        automatic_failover_enabled=spec.high_availability,
        multi_az_enabled=spec.high_availability,
        port=PORT,
        parameter_group_name=_parameters(scope, spec).name,
        subnet_group_name=subnets.name,
        security_group_ids=[group],
        transit_encryption_enabled=True,
        user_group_ids=[users.group.id],
        at_rest_encryption_enabled=True,
        kms_key_id=key,
        # ElastiCache encrypts no cache anew: with another key it would be another, empty one.
        ignore_changes=["kmsKeyId"],
        snapshot_retention_limit=scope.defaults.backup_days,
        final_snapshot_identifier=snapshots.final_name(scope, subnets=subnets.name),
        apply_immediately=True,
        tags=scope.tags,
    )


def _about(scope: Scope) -> str:
    return f"Redis {scope.name} of {scope.target.app} ({scope.environment})"


def _endpoint(secret: pulumi.Output[str], native: AwsRedis) -> RedisEndpoint:
    reader = redis_users.url(native.reader, "", secret)
    return RedisEndpoint(
        host=native.host,
        port=pulumi.Output.from_input(PORT),
        username=pulumi.Output.from_input(""),
        password=pulumi.Output.secret(secret),
        tls=pulumi.Output.from_input(True),  # noqa: FBT003  the value itself
        ca_certificate=pulumi.Output.from_input(None),
        url=redis_users.url(native.host, "", secret),
        reader_url=reader,
        # ElastiCache spreads reads over all replicas behind this one
        # (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html).
        reader_urls=reader.apply(lambda url: [url]),
        native=native,
    )

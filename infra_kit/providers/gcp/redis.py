"""Redis on Google Cloud: Memorystore for Redis, with AUTH and TLS, on a private address.

Memorystore for Valkey is newer, and has no password that Pulumi could hand on: it knows IAM's tokens, which last an
hour, and tokens of its own, which the provider cannot make
(https://cloud.google.com/memorystore/docs/valkey/about-iam-auth,
https://cloud.google.com/memorystore/docs/valkey/manage-basic-auth). The endpoint promises a URL with a password. So:

- Version 7 is Redis 7.2, whose commands are Valkey 7.2's; there is no newer one
  (https://cloud.google.com/memorystore/docs/redis/supported-versions).
- It is always the tier Standard, with a second node that takes over by itself: an instance keeps its tier for life
  (https://cloud.google.com/memorystore/docs/redis/redis-tiers), so one of the cheaper tier Basic would be replaced when
  replicas are asked for; and Google's maintenance empties it.
- With `replicas`, that many nodes serve reads at an address of their own. They need 5 GB at least, and stay:
  Memorystore cannot take them back (https://cloud.google.com/memorystore/docs/redis/manage-read-replicas).
- It is a cache: nothing is kept of one that is deleted.
- TLS is by a certificate authority of the instance's own, which a client must trust: `ca_certificate`.
- A link is by the instance's own password: Memorystore knows no users, so a link that may only read is refused.
  Commands that change the server itself are switched off for everybody
  (https://cloud.google.com/memorystore/docs/redis/product-constraints).
- The key is the one that the instance was made with (https://cloud.google.com/memorystore/docs/redis/about-cmek):
  another one would replace it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pulumi
from pulumi_gcp import redis

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.components.redis import RedisEndpoint, RedisSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.urls import url
from infra_kit.providers.gcp import sizes, tunnel
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.authorities import authorities
from infra_kit.providers.gcp.grants import Destination, GcpGrant
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.network import GcpNetwork

SUPPORTS = frozenset({features.READ_REPLICAS, features.HIGH_AVAILABILITY, features.version("7")})

HINTS = {
    features.PERSISTENCE: "Memorystore for Redis writes a snapshot once an hour at best, not what is written every "
    "second; set persistence=False and keep in it only what can be made again",
    Feature("version"): "Memorystore for Redis has 7.2 at most; ask for version='7', unless newer commands are needed",
}

DATABASES = 16
"""Fixed (https://cloud.google.com/memorystore/docs/redis/supported-redis-configurations)."""

MAINTENANCE = {"weekly_maintenance_windows": [{"day": "SUNDAY", "start_time": {"hours": 5, "minutes": 0}}]}
"""An hour, UTC."""


@dataclass(frozen=True, kw_only=True)
class GcpCache:
    """An instance's handles, for links and for what watches it."""

    network: Network
    destination: Destination
    name: pulumi.Output[str]
    id: pulumi.Output[str]
    """Its full name."""
    agent: pulumi.Output[str]
    """What it acts as itself, a member of a grant."""


def create(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
    network = scope.native(scope.network, GcpNetwork)
    instance = _instance(scope, spec, network)
    tunnel.let_in(scope, _destination(spec, instance))
    return _endpoint(scope, spec, instance)


def _instance(scope: Scope, spec: RedisSpec, network: GcpNetwork) -> redis.Instance:
    """The role is short: an instance's id has 40 characters at most."""
    readers = spec.replicas > 0
    return scope.resource(
        "server",
        redis.Instance,
        stateful=True,
        depends_on=[api(scope, "redis"), *([network.services] if network.services else [])],
        ignore_changes=["customerManagedKey"],
        redis_version="REDIS_7_2",
        tier="STANDARD_HA",
        memory_size_gb=_size(scope, spec),
        replica_count=max(spec.replicas, 1),
        read_replicas_mode="READ_REPLICAS_ENABLED" if readers else "READ_REPLICAS_DISABLED",
        # An instance that stands needs room for its readers.
        secondary_ip_range="auto" if readers else None,
        authorized_network=network.network,
        connect_mode="PRIVATE_SERVICE_ACCESS",
        auth_enabled=True,
        transit_encryption_mode="SERVER_AUTHENTICATION",
        customer_managed_key=key_id(scope, service="redis"),
        redis_configs=_configs(scope, spec),
        maintenance_policy=MAINTENANCE,
        # The provider's own protection is on unless it is said to be off.
        deletion_protection=scope.defaults.protect,
        labels=labels(scope),
    )


def _size(scope: Scope, spec: RedisSpec) -> int:
    """Whole GB, and what of it is for data is `maxmemory`. Raises `SpecError` when none is large enough."""
    if spec.memory_gb > sizes.MEMORYSTORE_LARGEST_GB:
        raise SpecError(
            f"Redis {scope.name!r}: memory_gb: given {spec.memory_gb:g}; Memorystore for Redis has "
            f"{sizes.MEMORYSTORE_LARGEST_GB} GB at most. Ask for less, or spread the data over several."
        )
    least = sizes.MEMORYSTORE_LEAST_WITH_READERS_GB if spec.replicas else 1
    size = max(least, math.ceil(spec.memory_gb))
    why = f", the least with replicas that serve reads ({least} GB)" if size > math.ceil(spec.memory_gb) else ""
    text = f"Redis {scope.name!r}: {size} GB, the smallest with at least {spec.memory_gb:g} GiB of memory{why}."
    pulumi.log.info(text, scope.parent)
    return size


def _configs(scope: Scope, spec: RedisSpec) -> dict[str, str]:
    if spec.databases > DATABASES:
        raise SpecError(
            f"Redis {scope.name!r}: databases: given {spec.databases}; Memorystore for Redis has {DATABASES}, and that "
            f"cannot be changed. Ask for {DATABASES} or fewer, or use several."
        )
    return {"maxmemory-policy": spec.eviction}


def _endpoint(scope: Scope, spec: RedisSpec, instance: redis.Instance) -> RedisEndpoint:
    password: pulumi.Output[str] = pulumi.Output.secret(instance.auth_string)
    # AUTH knows the password alone: there are no users.
    username = pulumi.Output.from_input("")

    def address(host: pulumi.Output[str], port: pulumi.Output[int]) -> pulumi.Output[str]:
        return url("rediss", username=username, password=password, host=host, port=port)

    there = address(instance.host, instance.port)
    # Memorystore spreads reads over all replicas behind this one
    # (https://cloud.google.com/memorystore/docs/redis/about-read-replicas).
    reader = address(instance.read_endpoint, instance.read_endpoint_port.apply(int)) if spec.replicas else there
    return RedisEndpoint(
        host=instance.host,
        port=instance.port.apply(int),
        username=username,
        password=password,
        tls=pulumi.Output.from_input(True),  # noqa: FBT003  the value itself
        ca_certificate=instance.server_ca_certs.apply(authorities),
        url=there,
        reader_url=reader,
        reader_urls=reader.apply(lambda url: [url]),
        native=GcpCache(
            network=scope.network,
            destination=_destination(spec, instance),
            name=instance.name,
            id=instance.id,
            agent=instance.persistence_iam_identity,
        ),
    )


def _destination(spec: RedisSpec, instance: redis.Instance) -> Destination:
    hosts, ports = [instance.host], [instance.port]
    if spec.replicas:
        hosts, ports = [*hosts, instance.read_endpoint], [*ports, instance.read_endpoint_port]
    return Destination.of(hosts=hosts, ports=[port.apply(lambda it: str(int(it))) for port in ports])


def link(scope: Scope, link: Link) -> Grant:
    if link.access == ("read",):
        raise SpecError(
            f"{scope.what}: links: {link}: access: given 'read'; Memorystore for Redis knows one password and no "
            "users, so whoever reads may write too. Say link('readwrite'), if that is meant; what nobody but its "
            "writer may change belongs into a Redis of its own."
        )
    there: RedisEndpoint = link.to.endpoint
    native = scope.native(link.to, GcpCache)
    check_same(scope, link, native.network)
    return there.grant(native=GcpGrant(destination=native.destination))

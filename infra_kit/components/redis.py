"""Redis: an in-memory store that speaks RESP (Valkey on every target that lets us choose)."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import Field, model_validator

from infra_kit import connection_urls, features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.network import Network
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Spec
from infra_kit.target import Target

Version = Literal["7", "8", "9"]
"""The lowest major version of Valkey whose commands must be there; a target may run a newer one, which speaks the
same protocol (https://valkey.io/topics/migration/). 7 is the API of Redis OSS 7.2."""

DEFAULT_VERSION: Version = "7"
"""What every target has: Memorystore's Redis 7.2 is the oldest (https://cloud.google.com/memorystore/docs/redis/supported-versions);
ElastiCache (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html), the Valkey image and the
local wheel (9) are newer, and have its commands."""

_PORTS = {"rediss": 6379, "redis": 6379}

Eviction = Literal[
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
]
"""What goes when memory is full (https://valkey.io/topics/lru-cache/)."""


Access = Literal["read", "readwrite"]


class RedisSpec(Spec):
    """What a Redis is asked for."""

    version: Version | None = DEFAULT_VERSION
    """Lowest major version. None only where a stack accepted the gap `version`."""
    memory_gb: float = Field(default=0.5, ge=0.05, le=600)
    """Memory for data in GiB: `maxmemory`."""
    replicas: int = Field(default=0, ge=0, le=5)
    """Copies that serve reads, asynchronously."""
    high_availability: bool = False
    """A replica takes over by itself; needs at least one replica."""
    persistence: bool = False
    """Survive a restart with at most a second of writes lost (append-only file)."""
    eviction: Eviction = "volatile-lru"
    """What goes when memory is full. The default is ElastiCache's; queues (BullMQ) need `noeviction`."""
    databases: int = Field(default=16, ge=1, le=1000)
    """Numbered databases that SELECT reaches."""

    @model_validator(mode="after")
    def _check(self) -> RedisSpec:
        if self.high_availability and not self.replicas:
            raise ValueError("high_availability: a replica takes over, so set replicas=1 or more too")
        return self

    def features(self) -> frozenset[Feature]:
        asked = {
            features.READ_REPLICAS: self.replicas > 0,
            features.HIGH_AVAILABILITY: self.high_availability,
            features.PERSISTENCE: self.persistence,
        }
        versions = {features.version(self.version)} if self.version else set()
        return frozenset({feature for feature, wanted in asked.items() if wanted} | versions)

    def without(self, feature: Feature) -> RedisSpec:
        match feature.family:
            case features.READ_REPLICAS:
                return self.replace(replicas=0, high_availability=False)
            case features.HIGH_AVAILABILITY:
                return self.replace(high_availability=False)
            case features.PERSISTENCE:
                return self.replace(persistence=False)
            case "version":
                return self.replace(version=None)
            case _:
                return super().without(feature)


class RedisArgs(TypedDict, total=False):
    """The arguments of `Redis`: see `RedisSpec`."""

    version: Version
    memory_gb: float
    replicas: int
    high_availability: bool
    persistence: bool
    eviction: Eviction
    databases: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class RedisEndpoint:
    """How to reach the store."""

    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    """Secret."""
    tls: pulumi.Output[bool]
    """Whether the connection is encrypted: `url` says `rediss` then."""
    ca_certificate: pulumi.Output[str | None]
    """The PEM certificate that signed the server's; None without TLS, or where a public authority did."""
    url: pulumi.Output[str]
    """`redis://…` for reads and writes. Secret."""
    reader_url: pulumi.Output[str]
    """For reads that may lag: a replica; the same as `url` without one. Secret."""
    reader_urls: pulumi.Output[list[str]]
    """For who spreads its reads: every replica, in their order, or the one address by which the service spreads them
    itself (aws, gcp); `url` alone without one. Secret."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, **more: Any) -> Grant:
        """As the variables of a link: see `Redis.link`, and `links.grant` for the rest."""
        plain = ("host", "port", "username", "tls", "ca_certificate")
        return links.grant(self, plain=plain, secret=("password", "url", "reader_url"), **more)


class RedisDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: RedisSpec) -> RedisEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Redis(Component[RedisSpec, RedisEndpoint]):
    """An in-memory store for sessions, caches, counters and queues."""

    KIND = "redis"
    SPEC = RedisSpec
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    tls: pulumi.Output[bool]
    ca_certificate: pulumi.Output[str | None]
    url: pulumi.Output[str]
    reader_url: pulumi.Output[str]
    reader_urls: pulumi.Output[list[str]]
    _own_access: Access
    """Of what stands already, what its user may do."""

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[RedisArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)

    def link(self, access: Access = "readwrite", *, name: str | None = None) -> Link:
        """To use it, by a user of the user's own.

        Gives `<NAME>_URL`, `_HOST`, `_PORT`, `_USERNAME`, `_PASSWORD`, `_TLS` (`true` or `false`), `_READER_URL`, and
        `_CA_CERTIFICATE` where the server has one of its own.

        Args:
            access: `read`: commands that change nothing; `readwrite`: all but the administrator's.
            name: what the variables begin with. Default: the component's name in capitals.

        Raises:
            SpecError: an unknown access. Of what stands already, another than that of its own user: infra_kit makes no
                user there.
        """
        if self.stands_already and access in get_args(Access):
            links.check_own(self, access, self._own_access, makes="user")
        return links.make(self, [access], get_args(Access), name=name)

    def grant(self, scope: Scope, link: Link) -> Grant:
        """Of what stands already: its own user, for infra_kit makes none there."""
        return self.endpoint.grant() if self.stands_already else super().grant(scope, link)

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        url: pulumi.Input[str],
        access: Access = "readwrite",
        ca_certificate: pulumi.Input[str] | None = None,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Redis:
        """A store that stands already, e.g. of Upstash or Redis Cloud; infra_kit changes nothing of it.

        Args:
            name: what it is called here.
            url: `rediss://default:password@host:6379`, taken as a secret whether it is one or not.
            access: what the user of `url` may do, which cannot be seen from here: every link has it, and no other.
            ca_certificate: the PEM certificate that signed its own. Default: none.
            target: where it is.
            opts: see `pulumi.ResourceOptions`.

        Raises:
            SpecError: an unknown access; `url` is none of Redis, or lacks a user: at the deployment where it is an
                Output.
        """
        links.check_access(f"Redis {name!r}", [access], get_args(Access))
        known = connection_urls.read(f"Redis {name!r}: url", url, _PORTS, path=False)
        endpoint = _reached_by(known, ca_certificate)
        store = cls._standing(name, {}, lambda *_: endpoint, target=target, opts=opts)
        store._own_access = access
        return store


def _reached_by(known: connection_urls.Parts, ca_certificate: pulumi.Input[str] | None) -> RedisEndpoint:
    return RedisEndpoint(
        host=known.host,
        port=known.port,
        username=known.username,
        password=known.password,
        tls=known.scheme.apply(lambda scheme: scheme == "rediss"),
        ca_certificate=pulumi.Output.from_input(ca_certificate),
        url=known.url,
        reader_url=known.url,
        reader_urls=known.url.apply(lambda one: [one]),
    )

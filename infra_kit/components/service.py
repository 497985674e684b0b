"""Service: a program that answers requests, in as many instances as are needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, Protocol, Unpack, get_args

import pulumi
from pydantic import Field, model_validator

from infra_kit import features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.network import Network
from infra_kit.durations import Duration, seconds
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Items, Options
from infra_kit.target import Target
from infra_kit.texts import RequestPath
from infra_kit.workloads import WorkloadArgs, WorkloadSpec

Strategy = Literal["rolling", "blue-green"]
Access = Literal["call"]


class Health(Options):
    """How it is told whether an instance is well: it answers 200 to 399."""

    path: RequestPath = "/health"
    """seeds/000"""
    interval: Duration = "30s"
    """Between two checks (seeds/000: 30 s)."""
    timeout: Duration = "5s"
    healthy_after: int = Field(default=2, ge=1, le=10)
    """Checks in a row after which a new instance gets requests."""
    unhealthy_after: int = Field(default=3, ge=1, le=10)
    """Failed checks in a row after which an instance is replaced."""
    start_timeout: Duration = "60s"
    """How long a new instance may take until it is well for the first time."""

    @model_validator(mode="after")
    def _check(self) -> Health:
        if seconds(self.timeout) >= seconds(self.interval):
            raise ValueError(f"timeout: given {self.timeout}, it must be below interval ({self.interval})")
        return self


class Scaling(Options):
    """When instances are added, between `min_instances` and `max_instances` (figures of seeds/000 and seeds/003)."""

    cpu_percent: int | None = Field(default=70, ge=10, le=100)
    """Average use of the CPUs to stay below; None: not looked at."""
    memory_percent: int | None = Field(default=80, ge=10, le=100)
    requests_per_instance: int | None = Field(default=None, ge=1, le=1_000_000)
    """Requests a minute of one instance to stay below (seeds/000: 1000)."""

    @property
    def asks_memory(self) -> bool:
        """Whether memory was asked to be looked at: its default is no promise, for not every target can."""
        return self.memory_percent is not None and "memory_percent" in self.model_fields_set


class Release(Options):
    """How a new version takes over. If it fails, the old one goes on and `up` fails with the reason."""

    strategy: Strategy = "rolling"
    """`rolling`: an instance at a time, each well before an old one goes. `blue-green`: a whole new set beside the old
    one, tried by the smoke tests, then switched to at once."""
    smoke_tests: Items[RequestPath] = ()
    """Paths that the new version must answer with 200 to 399 before it takes over."""
    max_smoke_failures_percent: int = Field(default=0, ge=0, le=100)
    """More failed smoke tests than that take it back (seeds/000: 50)."""
    max_error_percent: float | None = Field(default=None, gt=0, le=100)
    """More answers of 5xx than that within `watch` take it back (seeds/000: 5)."""
    watch: Duration = "5m"
    """How long the new version is watched (seeds/000: 5 min)."""
    max_failed_checks: int = Field(default=3, ge=1, le=10)
    """Failed health checks in a row that take it back while it is watched (seeds/000: 3)."""

    @property
    def is_watched(self) -> bool:
        """Whether the new version is watched once it serves: with `blue-green`, and where anything of it was asked.
        Else an `up` does not wait for it."""
        asked = {"watch", "max_failed_checks"} & self.model_fields_set
        return self.strategy == "blue-green" or self.max_error_percent is not None or bool(asked)


class ServiceSpec(WorkloadSpec):
    """What a service is asked for."""

    port: int = Field(default=8080, ge=1, le=65_535)
    """Where it listens. The variable `PORT` tells it: on local, instances share a machine, and each has another one."""
    min_instances: int = Field(default=1, ge=1, le=1000)
    max_instances: int | None = Field(default=None, ge=1, le=1000)
    """Default: `min_instances`, it does not grow (seeds/000: 2 to 20)."""
    scaling: Scaling = Scaling()
    health: Health = Health()
    release: Release = Release()
    sticky_sessions: bool = False
    """A visitor stays with one instance as long as it is there."""

    @model_validator(mode="after")
    def _check(self) -> ServiceSpec:
        if self.max_instances is not None and self.max_instances < self.min_instances:
            raise ValueError(
                f"max_instances: given {self.max_instances}, it must not be below min_instances ({self.min_instances})"
            )
        return self

    @property
    def most_instances(self) -> int:
        return self.max_instances or self.min_instances

    def sets(self) -> frozenset[str]:
        return super().sets() | {"PORT"}

    def asked(self) -> Mapping[Feature, bool]:
        grows = self.most_instances > self.min_instances
        return {
            **super().asked(),
            features.AUTOSCALING: grows,
            features.SCALING_BY_MEMORY: grows and self.scaling.asks_memory,
            features.SCALING_BY_REQUESTS: grows and self.scaling.requests_per_instance is not None,
            features.STICKY_SESSIONS: self.sticky_sessions,
            features.BLUE_GREEN: self.release.strategy == "blue-green",
            features.ERROR_ROLLBACK: self.release.max_error_percent is not None,
            features.SMOKE_TESTS: bool(self.release.smoke_tests),
        }

    def without(self, feature: Feature) -> ServiceSpec:
        match feature:
            case features.AUTOSCALING:
                return self.replace(max_instances=None)
            case features.SCALING_BY_MEMORY:
                return self.replace(scaling=self.scaling.model_copy(update={"memory_percent": None}))
            case features.SCALING_BY_REQUESTS:
                return self.replace(scaling=self.scaling.model_copy(update={"requests_per_instance": None}))
            case features.STICKY_SESSIONS:
                return self.replace(sticky_sessions=False)
            case features.BLUE_GREEN:
                return self.replace(release=self.release.model_copy(update={"strategy": "rolling"}))
            case features.SMOKE_TESTS:
                return self.replace(release=self.release.model_copy(update={"smoke_tests": ()}))
            case features.ERROR_ROLLBACK:
                return self.replace(release=self.release.model_copy(update={"max_error_percent": None}))
            case _:
                rest: ServiceSpec = super().without(feature)
                return rest


class ServiceArgs(WorkloadArgs, total=False):
    """The arguments of `Service`: see `ServiceSpec`."""

    port: int
    min_instances: int
    max_instances: int | None
    scaling: Scaling
    health: Health
    release: Release
    sticky_sessions: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServiceEndpoint:
    """How to reach the service from what is linked to it. To the internet it is opened by a `Gateway` or a `Cdn`."""

    url: pulumi.Output[str]
    """`http://host:port`, inside of the network."""
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, **more: Any) -> Grant:
        """As the variables of a link: see `Service.link`, and `links.grant` for the rest."""
        plain = ("url", "host", "port")
        return links.grant(self, plain=plain, secret=(), **more)


class ServiceDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: ServiceSpec) -> ServiceEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Service(Component[ServiceSpec, ServiceEndpoint]):
    """A program that answers requests. Private: what is linked to it reaches it by name, nobody else."""

    KIND = "service"
    SPEC = ServiceSpec
    url: pulumi.Output[str]
    host: pulumi.Output[str]
    port: pulumi.Output[int]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[ServiceArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)

    def link(self, access: Access = "call", *, name: str | None = None) -> Link:
        """To call it. Gives `<NAME>_URL`, `<NAME>_HOST`, `<NAME>_PORT`.

        Args:
            access: `call`, the only one there is.
            name: what the variables begin with. Default: the component's name in capitals.
        """
        return links.make(self, [access], get_args(Access), name=name)

"""Uptime: addresses of a stack that are asked for from outside, again and again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, Field

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.durations import Duration
from infra_kit.environments import Environment
from infra_kit.features import Feature
from infra_kit.spec import Options, Spec
from infra_kit.target import Target
from infra_kit.texts import Name, matching
from infra_kit.workloads import Text, Value

Path = Annotated[str, matching(r"/[A-Za-z0-9/_.~?&=%+-]*", "a path that begins with '/' is needed, e.g. '/api/health'")]


class Check(Options):
    """One address: well when it is answered with 200 to 399 in time."""

    path: Path = "/"
    every: Duration = "5m"
    """At least this often (seeds/001: 5 or 10 minutes)."""
    timeout: Duration = "10s"
    contains: str | None = Field(default=None, min_length=1, max_length=255)
    """A text that the answer holds."""


class UptimeSpec(Spec):
    """What is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    url: Text
    """Where the checks' paths are below, e.g. `edge.url` or `https://www.example.com`."""
    checks: Mapping[Name, Check] = Field(default_factory=lambda: {"home": Check()}, min_length=1)
    """By name."""
    outside: bool | None = None
    """From somewhere that does not fall with what is checked. Default: production wants it so."""

    def for_environment(self, environment: Environment) -> UptimeSpec:
        return self if self.outside is not None else self.replace(outside=environment.defaults.monitoring)

    def features(self) -> frozenset[Feature]:
        contains = any(check.contains for check in self.checks.values())
        asked = {features.OUTSIDE_CHECKS: self.outside, features.CHECKED_CONTENT: contains}
        return frozenset(feature for feature, wanted in asked.items() if wanted)

    def without(self, feature: Feature) -> UptimeSpec:
        match feature:
            case features.OUTSIDE_CHECKS:
                return self.replace(outside=False)
            case features.CHECKED_CONTENT:
                left = {name: it.model_copy(update={"contains": None}) for name, it in self.checks.items()}
                return self.replace(checks=left)
            case _:
                return super().without(feature)


class UptimeArgs(TypedDict, total=False):
    """The arguments of `Uptime`: see `UptimeSpec`."""

    url: Value
    checks: Mapping[str, Check]
    outside: bool | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class UptimeEndpoint:
    """Where what was seen stands."""

    url: pulumi.Output[str]
    """The page with the checks' results; on local a file (`file://…`)."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class UptimeDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: UptimeSpec) -> UptimeEndpoint: ...


class Uptime(Component[UptimeSpec, UptimeEndpoint]):
    """Checks from outside, which `Alerts(watch=[uptime])` tells of."""

    KIND = "uptime"
    SPEC = UptimeSpec
    url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[UptimeArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

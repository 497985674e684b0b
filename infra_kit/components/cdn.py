"""Cdn: a cache in front of object stores and hosts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Protocol, TypedDict, Unpack

import pulumi
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.spec import Items, Options, Spec
from infra_kit.target import Target
from infra_kit.texts import Cookie, Domains, Header, HeaderValue, Pattern, without_wildcards

NO_CACHE: Literal["none"] = "none"
TRUST_HEADER = "X-Infra-Kit-Cdn"
"""Carries `CdnEndpoint.trust` to the hosts."""
MAX_PORT = 65_535


def _origin(given: object) -> object:
    if isinstance(given, ObjectStore):
        return given
    host = re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::([0-9]{1,5}))?", given) if isinstance(given, str) else None
    if not host:
        raise ValueError("an origin is an ObjectStore or a host's address, e.g. 'https://api.example.com'")
    if host[1] and not 1 <= int(host[1]) <= MAX_PORT:
        raise ValueError(f"the port of an origin is between 1 and {MAX_PORT}")
    return given


def _ttl(text: str) -> str:
    if text == NO_CACHE:
        return text
    try:
        seconds(text)
    except ValueError as error:
        raise ValueError(f"{error}; '{NO_CACHE}' keeps nothing") from error
    return text


class RouteOptions(TypedDict, total=False):
    """The options of a `Route`."""

    ttl: str
    headers: Sequence[str]
    cookies: Sequence[str]
    query: bool


class Route(Options):
    """Where requests under a path go, and how long their answers are kept."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    origin: Annotated[ObjectStore | str, PlainValidator(_origin)]
    """An `ObjectStore`, or a host as `https://api.example.com`."""
    ttl: Annotated[str, AfterValidator(_ttl)] = "24h"
    """How long an answer is kept at most when the origin does not say: a cache may keep it for less, or not at all;
    `none`: never kept."""
    headers: Items[Header] = ()
    """Request headers that reach the origin and tell answers apart."""
    cookies: Items[Cookie] = ()
    """Cookies that reach the origin and tell answers apart."""
    query: bool | None = None
    """Whether the query string reaches the origin and tells answers apart. Default: it does not where the target can
    hold it back; where it cannot (gcp), the plan says so. False: it must not."""

    @property
    def sends_query(self) -> bool:
        return bool(self.query)

    def __init__(self, origin: ObjectStore | str, **options: Unpack[RouteOptions]) -> None:
        super().__init__(origin=origin, **options)


def _route(given: object) -> object:
    """An origin alone is short for a route to it."""
    return Route(given) if isinstance(given, ObjectStore | str) else given


def _unfiltered(route: Route) -> Route:
    return route.model_copy(update={"query": route.query or None})


class CdnSpec(Spec):
    """What a CDN is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    routes: Mapping[Pattern, Annotated[Route, BeforeValidator(_route)]] = Field(min_length=1)
    """Routes by path pattern; the longest pattern that fits wins."""
    domains: Domains = ()
    """Names to serve beside the target's own."""
    response_headers: Mapping[Header, HeaderValue] = Field(default_factory=dict)
    """Put on every answer, e.g. `{"Strict-Transport-Security": "max-age=31536000"}`."""
    compression: bool = True
    """Compress text on its way out."""
    release: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")
    """Names what is deployed, e.g. a commit; when it changes, everything cached is out of date at once."""

    def features(self) -> frozenset[Feature]:
        asked = {
            features.DOMAINS: bool(self.domains),
            features.WILDCARD_DOMAINS: len(without_wildcards(self.domains)) < len(self.domains),
            features.RESPONSE_HEADERS: bool(self.response_headers),
            features.COMPRESSION: self.compression,
            features.INVALIDATION: bool(self.release),
            features.QUERY_FILTER: any(route.query is False for route in self.routes.values()),
        }
        return frozenset(feature for feature, wanted in asked.items() if wanted)

    def without(self, feature: Feature) -> CdnSpec:
        match feature:
            case features.DOMAINS:
                return self.replace(domains=())
            case features.WILDCARD_DOMAINS:
                return self.replace(domains=without_wildcards(self.domains))
            case features.RESPONSE_HEADERS:
                return self.replace(response_headers={})
            case features.COMPRESSION:
                return self.replace(compression=False)
            case features.INVALIDATION:
                return self.replace(release="")
            case features.QUERY_FILTER:
                return self.replace(routes={path: _unfiltered(route) for path, route in self.routes.items()})
            case _:
                return super().without(feature)


class CdnArgs(TypedDict, total=False):
    """The arguments of `Cdn`: see `CdnSpec`."""

    routes: Mapping[str, Route | ObjectStore | str]
    domains: Sequence[str]
    response_headers: Mapping[str, str]
    compression: bool
    release: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class CdnEndpoint:
    """How to reach the CDN."""

    url: pulumi.Output[str]
    """Where it answers: the first domain that is no wildcard, else the target's own address."""
    domain: pulumi.Output[str]
    """What a DNS record of a domain points to: a host name, on gcp an address."""
    trust: pulumi.Output[str]
    """What a host must ask for, to answer the CDN alone: the value of the header `X-Infra-Kit-Cdn`, which every request
    to a host carries. Secret."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class CdnDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: CdnSpec) -> CdnEndpoint: ...


class Cdn(Component[CdnSpec, CdnEndpoint]):
    """A cache in front of object stores and hosts, near its readers where the target has places near them."""

    KIND = "cdn"
    SPEC = CdnSpec
    url: pulumi.Output[str]
    domain: pulumi.Output[str]
    trust: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[CdnArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

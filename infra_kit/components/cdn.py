"""Cdn: a cache in front of object stores, gateways and hosts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol, TypedDict, Unpack

import pulumi
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, InstanceOf, PlainValidator, model_validator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.domain import Domain, check_zones
from infra_kit.components.gateway import SECURITY_HEADERS, Gateway
from infra_kit.components.object_store import ObjectStore
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.patterns import check_decided, deciding
from infra_kit.spec import Items, Options, Spec
from infra_kit.target import Target
from infra_kit.texts import CacheControl, Cookie, Domains, Header, HeaderValue, Pattern, without_wildcards

NO_CACHE: Literal["none"] = "none"
DAY = "24h"
MAX_PORT = 65_535


def _origin(given: object) -> object:
    if isinstance(given, ObjectStore):
        return given
    if isinstance(given, Gateway):
        return _fronted(given)
    host = re.fullmatch(r"https?://[A-Za-z0-9.-]+(?::([0-9]{1,5}))?", given) if isinstance(given, str) else None
    if not host:
        raise ValueError("an origin is an ObjectStore, a Gateway or a host's address, e.g. 'https://api.example.com'")
    if host[1] and not 1 <= int(host[1]) <= MAX_PORT:
        raise ValueError(f"the port of an origin is between 1 and {MAX_PORT}")
    return given


def _fronted(gateway: Gateway) -> Gateway:
    if gateway.spec.public:
        raise ValueError(
            f"Gateway {gateway.name!r} is public, with names and headers of its own, and visitors could go past the "
            "Cdn; say public=False there, and its domains here, or give the address of one of its domains, e.g. "
            "'https://api.example.com'"
        )
    return gateway


def _default_ttl(known: Mapping[str, Any]) -> str:
    return NO_CACHE if isinstance(known.get("origin"), Gateway) else DAY


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
    cache_control: str | None


class Route(Options):
    """Where requests under a path go, and how long their answers are kept."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    origin: Annotated[Gateway | ObjectStore | str, PlainValidator(_origin)]
    """An `ObjectStore`, a `Gateway` that is not public, or a host as `https://api.example.com`."""
    ttl: Annotated[str, AfterValidator(_ttl)] = Field(default_factory=_default_ttl)
    """How long an answer is kept at most when the origin does not say: a cache may keep it for less, or not at all;
    `none`: never kept. Default: a day; of a Gateway, `none`: all of each request reaches it, and no answer is ever
    given to another visitor."""
    headers: Items[Header] = ()
    """Request headers that reach the origin and tell answers apart."""
    cookies: Items[Cookie] = ()
    """Cookies that reach the origin and tell answers apart."""
    query: bool | None = None
    """Whether the query string reaches the origin and tells answers apart. Default: it does not where the target can
    hold it back; where it cannot (gcp), the plan says so. False: it must not."""

    cache_control: CacheControl | None = None
    """What browsers are told of answers that went well (`Cache-Control`), in place of what the origin says, e.g.
    `public, max-age=31536000, immutable`. The Cdn itself goes on by `ttl` and the origin. Default: what that says."""

    @property
    def sends_query(self) -> bool:
        """Whether the origin gets the query string."""
        return bool(self.query) or self.passes_all

    def __init__(self, origin: Gateway | ObjectStore | str, **options: Unpack[RouteOptions]) -> None:
        super().__init__(origin=origin, **options)

    @model_validator(mode="after")
    def _check(self) -> Route:
        if self.passes_all and (self.headers or self.cookies or self.query):
            raise ValueError(
                f"ttl {NO_CACHE!r}: all of a request reaches a Gateway where nothing is kept; leave headers, cookies "
                "and query out, or say a ttl: then these alone reach it, and tell answers apart"
            )
        return self

    @property
    def passes_all(self) -> bool:
        """Whether all of a request reaches the origin, and nothing of the answer stays."""
        return isinstance(self.origin, Gateway) and self.ttl == NO_CACHE

    @property
    def told_headers(self) -> tuple[str, ...]:
        """`headers`; a Gateway, whose services make links, is always told which host was asked for."""
        told = tuple(header for header in self.headers if header.lower() != "host")
        return ("Host", *told) if isinstance(self.origin, Gateway) else tuple(self.headers)


def _route(given: object) -> object:
    """An origin alone is short for a route to it."""
    return Route(given) if isinstance(given, Gateway | ObjectStore | str) else given


def _headers(known: Mapping[str, Any]) -> Mapping[str, str]:
    leads = any(isinstance(route.origin, Gateway) for route in known.get("routes", {}).values())
    return dict(SECURITY_HEADERS) if leads else {}


def _needing_tokens(pattern: str, gateway: Gateway) -> list[str]:
    """The gateway's routes that a pattern leads to, and that need a token."""
    asked = gateway.spec
    return [inner for inner in deciding(asked.routes, pattern) if asked.needs_token(inner)]


class CdnSpec(Spec):
    """What a CDN is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    routes: Mapping[Pattern, Annotated[Route, BeforeValidator(_route)]] = Field(min_length=1)
    """Routes by path pattern; the longest pattern that fits wins."""
    domains: Domains = ()
    """Names to serve beside the target's own."""
    zones: Items[InstanceOf[Domain]] = ()
    """Where the names are that have all their records made: a zone of any target. For others, see the target's page."""
    response_headers: Mapping[Header, HeaderValue] = Field(default_factory=_headers)
    """Put on every answer, e.g. `{"Strict-Transport-Security": "max-age=31536000"}`. Default: none; before a Gateway,
    its `SECURITY_HEADERS`."""
    compression: bool = True
    """Compress text on its way out."""
    release: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9_.-]*$")
    """Names what is deployed, e.g. a commit; when it changes, everything cached is out of date at once."""

    @property
    def gateways(self) -> dict[str, Gateway]:
        """Those that a route leads to, by pattern."""
        return {pattern: route.origin for pattern, route in self.routes.items() if isinstance(route.origin, Gateway)}

    @model_validator(mode="after")
    def _check(self) -> CdnSpec:
        check_zones(self.domains, self.zones)
        check_decided(self.routes)
        for pattern, gateway in self.gateways.items():
            secured = [] if self.routes[pattern].ttl == NO_CACHE else _needing_tokens(pattern, gateway)
            if secured:
                raise ValueError(
                    f"routes.{pattern}: ttl: Gateway {gateway.name!r} asks for a token on {secured[0]}, and what is "
                    f"kept is given without asking; say ttl={NO_CACHE!r}, or keep a path that needs none (jwt=False)"
                )
        return self

    def features(self) -> frozenset[Feature]:
        asked = {
            features.DOMAINS: bool(self.domains),
            features.WILDCARD_DOMAINS: len(without_wildcards(self.domains)) < len(self.domains),
            features.RESPONSE_HEADERS: bool(self.response_headers),
            features.COMPRESSION: self.compression,
            features.INVALIDATION: bool(self.release),
            features.QUERY_FILTER: any(route.query is False for route in self.routes.values()),
            features.CACHE_CONTROL: any(route.cache_control for route in self.routes.values()),
        }
        return frozenset(feature for feature, wanted in asked.items() if wanted)

    def without(self, feature: Feature) -> CdnSpec:
        match feature:
            case features.DOMAINS:
                return self.replace(domains=(), zones=())
            case features.WILDCARD_DOMAINS:
                return self.replace(domains=without_wildcards(self.domains))
            case features.RESPONSE_HEADERS:
                return self.replace(response_headers={})
            case features.COMPRESSION:
                return self.replace(compression=False)
            case features.INVALIDATION:
                return self.replace(release="")
            case features.QUERY_FILTER:
                return self._with(lambda route: {"query": route.query or None})
            case features.CACHE_CONTROL:
                return self._with(lambda _: {"cache_control": None})
            case _:
                return super().without(feature)

    def _with(self, change: Callable[[Route], Mapping[str, object]]) -> CdnSpec:
        """With something else in each route."""
        return self.replace(routes={path: it.model_copy(update=change(it)) for path, it in self.routes.items()})


class CdnArgs(TypedDict, total=False):
    """The arguments of `Cdn`: see `CdnSpec`."""

    routes: Mapping[str, Route | Gateway | ObjectStore | str]
    domains: Sequence[str]
    zones: Sequence[Domain]
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
    """A cache in front of object stores, gateways and hosts, near its readers where the target has places near them."""

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

    def _create(self, driver: Any, scope: Scope) -> CdnEndpoint:
        for gateway in self.spec.gateways.values():
            gateway.stand_behind(self.name)
        return super()._create(driver, scope)

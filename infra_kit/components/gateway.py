"""Gateway: where the internet reaches services: names and certificates, routes, tokens, limits, a firewall."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import BeforeValidator, ConfigDict, Field, InstanceOf, model_validator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.domain import Domain, check_zones
from infra_kit.components.service import Service
from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.failover import Failover
from infra_kit.features import Feature
from infra_kit.openapi import paths
from infra_kit.patterns import check_decided
from infra_kit.rate_limits import RateLimit, by_address, by_token
from infra_kit.spec import Items, Options, Spec
from infra_kit.target import Target
from infra_kit.texts import Domains, Header, HeaderValue, Pattern, without_wildcards
from infra_kit.tokens import Jwt

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
"""Those of seeds/001, without X-XSS-Protection, which browsers have dropped
(https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-XSS-Protection)."""


class GatewayRoute(Options):
    """A path, and the service that answers it."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    to: InstanceOf[Service]
    jwt: bool | None = None
    """Whether a token is needed. Default: where the gateway has `jwt`."""
    limits: Items[RateLimit] = ()
    """Beside the gateway's own."""

    def __init__(self, to: Service, **options: Any) -> None:
        super().__init__(to=to, **options)


def _route(given: object) -> object:
    return GatewayRoute(given) if isinstance(given, Service) else given


Change = Callable[[Sequence[RateLimit]], Sequence[RateLimit]]


def _headers(known: Mapping[str, Any]) -> Mapping[str, str]:
    """Who stands outermost says them, else each would stand twice."""
    return dict(SECURITY_HEADERS) if known.get("public", True) else {}


def _check_by_address(where: str, limits: Sequence[RateLimit], why: str) -> None:
    for limit in by_token(limits):
        raise ValueError(f"{where}: by {limit.by!r} counts by the token, and {why}")


class GatewaySpec(Spec):
    """What a gateway is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    routes: Mapping[Pattern, Annotated[GatewayRoute, BeforeValidator(_route)]] = Field(min_length=1)
    """Routes by path pattern; the longest pattern that fits wins."""
    public: bool = True
    """Whether the internet reaches it. If not, a Cdn of the same target alone does, which has the domains and the
    headers of answers: `Cdn(routes={"/*": gateway})`."""
    domains: Domains = ()
    """Names to serve. Their certificates are got and renewed by the target."""
    zones: Items[InstanceOf[Domain]] = ()
    """Where the names are that have all their records made: a zone of any target. For others, see the target's page."""
    failover: Failover | None = None
    """That another Gateway has the same names, and which of the two this is. Names and records are in `zones` then."""
    jwt: Jwt | None = None
    limits: Items[RateLimit] = ()
    """For all routes, each counted over all of them; by what a token says, over those that need one."""
    response_headers: Mapping[Header, HeaderValue] = Field(default_factory=_headers)
    """Put on every answer. Default: the security headers of seeds/001, with HSTS, where it is public."""
    waf: bool | None = None
    """A firewall that knows common attacks. Default: in production."""
    max_body_mb: int = Field(default=10, ge=1, le=10_000)
    """Larger requests are answered 413."""
    access_logs: bool | None = None
    """Default: where the environment monitors, in production."""

    @model_validator(mode="after")
    def _check(self) -> GatewaySpec:
        self._check_outermost()
        check_zones(self.domains, self.zones)
        check_decided(self.routes)
        if self.failover:
            self.failover.check_asked(self.domains, self.routes, [it for it in self.routes if not self.needs_token(it)])
        for pattern, route in self.routes.items():
            if route.jwt and self.jwt is None:
                raise ValueError(f"routes.{pattern}: jwt: the gateway has none; say jwt=Jwt(issuer=…, audience=[…])")
            if not self.needs_token(pattern):
                _check_by_address(f"routes.{pattern}: limits", route.limits, "this route needs none")
        if not any(self.needs_token(pattern) for pattern in self.routes):
            _check_by_address("limits", self.limits, "no route needs one")
        return self

    def _check_outermost(self) -> None:
        given = [field for field in ("domains", "zones", "response_headers") if getattr(self, field)]
        if given and not self.public:
            raise ValueError(f"{given[0]}: a gateway that is not public has none: give them to the Cdn before it")

    def needs_token(self, pattern: str) -> bool:
        """Whether requests to a route must carry a token."""
        own = self.routes[pattern].jwt
        return self.jwt is not None if own is None else own

    @property
    def claim_headers(self) -> list[str]:
        """The headers in which services believe claims: no visitor's own get through, also where none are told."""
        return sorted(self.jwt.claims) if self.jwt else []

    def for_environment(self, environment: Environment) -> GatewaySpec:
        defaults = environment.defaults
        changes: dict[str, object] = {}
        if self.waf is None:
            changes["waf"] = defaults.monitoring
        if self.access_logs is None:
            changes["access_logs"] = defaults.monitoring
        return self.replace(**changes)

    def features(self) -> frozenset[Feature]:
        asked = {
            features.DOMAINS: bool(self.domains),
            features.FAILOVER: self.failover is not None,
            features.WILDCARD_DOMAINS: len(without_wildcards(self.domains)) < len(self.domains),
            features.JWT: self.jwt is not None,
            features.JWT_CLAIMS: self.jwt is not None and bool(self.jwt.claims),
            features.WAF: bool(self.waf),
            **self._asked_of_limits(),
        }
        return frozenset(feature for feature, wanted in asked.items() if wanted)

    def _asked_of_limits(self) -> Mapping[Feature, bool]:
        routes = self.routes.values()
        every = [*self.limits, *(limit for route in routes for limit in route.limits)]
        services = {id(route.to) for route in routes}
        return {
            features.RATE_LIMITS: bool(by_address(every)),
            features.RATE_LIMITS_BY_TOKEN: bool(by_token(every)),
            features.RATE_LIMITS_OVER_SERVICES: bool(by_address(self.limits)) and len(services) > 1,
            features.RATE_LIMITS_TOGETHER: any(len(by_address([*self.limits, *it.limits])) > 1 for it in routes),
        }

    def without(self, feature: Feature) -> GatewaySpec:
        match feature:
            case features.DOMAINS:
                return self.replace(domains=(), zones=(), failover=None)
            case features.FAILOVER:
                return self.replace(failover=None)
            case features.WILDCARD_DOMAINS:
                return self.replace(domains=without_wildcards(self.domains))
            case features.JWT:
                rest = self._limited(by_address, by_address)
                routes = {key: route.model_copy(update={"jwt": None}) for key, route in rest.routes.items()}
                return rest.replace(jwt=None, routes=routes)
            case features.JWT_CLAIMS:
                return self.replace(jwt=self.jwt and self.jwt.model_copy(update={"claims": {}}))
            case features.WAF:
                return self.replace(waf=False)
            case _:
                return self._without_limits(feature)

    def _without_limits(self, feature: Feature) -> GatewaySpec:
        if feature == features.RATE_LIMITS:
            return self._limited(by_token, by_token)
        if feature == features.RATE_LIMITS_BY_TOKEN:
            return self._limited(by_address, by_address)
        if feature == features.RATE_LIMITS_OVER_SERVICES:
            return self._limited(by_token, lambda own: (*own, *by_address(self.limits)))
        return self._one_limit_a_request() if feature == features.RATE_LIMITS_TOGETHER else super().without(feature)

    def _limited(self, general: Change, own: Change) -> GatewaySpec:
        """With other limits: the gateway's, and each route's."""
        routes = {key: route.model_copy(update={"limits": own(route.limits)}) for key, route in self.routes.items()}
        return self.replace(limits=general(self.limits), routes=routes)

    def _one_limit_a_request(self) -> GatewaySpec:
        """A route's own comes before the gateway's, which counts on each other route by itself then."""
        first = by_address(self.limits)[:1]
        if not any(by_address(route.limits) for route in self.routes.values()):
            return self._limited(lambda general: (*first, *by_token(general)), tuple)
        return self._limited(by_token, lambda own: (*(by_address(own)[:1] or first), *by_token(own)))


class GatewayArgs(TypedDict, total=False):
    """The arguments of `Gateway`: see `GatewaySpec`."""

    routes: Mapping[str, GatewayRoute | Service]
    public: bool
    domains: Sequence[str]
    zones: Sequence[Domain]
    failover: Failover | None
    jwt: Jwt | None
    limits: Sequence[RateLimit]
    response_headers: Mapping[str, str]
    waf: bool | None
    max_body_mb: int
    access_logs: bool | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class GatewayEndpoint:
    """How to reach it from the internet. Of one that is not public, visitors need the Cdn's."""

    url: pulumi.Output[str]
    """Where it answers: the first domain that is no wildcard, else the target's own address. Of one that is not public,
    where its Cdn reaches it; empty on gcp, where it is a part of the Cdn's load balancer."""
    domain: pulumi.Output[str]
    """What a DNS record of a domain points to: a host name or an address. Of one that is not public, the host of
    `url`."""
    ca_certificate: pulumi.Output[str | None]
    """Of the authority that signed its certificate, where clients do not know it (local); else None."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class GatewayDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: GatewaySpec) -> GatewayEndpoint: ...


class Gateway(Component[GatewaySpec, GatewayEndpoint]):
    """The edge of an application: TLS, routes to services, tokens, limits, a firewall."""

    KIND = "gateway"
    SPEC = GatewaySpec
    url: pulumi.Output[str]
    domain: pulumi.Output[str]
    ca_certificate: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[GatewayArgs],
    ) -> None:
        self._cdn: str | None = None
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def stand_behind(self, cdn: str) -> None:
        """Tells it which Cdn leads to it. Raises `SpecError` where another one does."""
        if self._cdn not in (None, cdn):
            raise SpecError(
                f"Cdn {cdn!r}: routes: Gateway {self.name!r} stands behind Cdn {self._cdn!r} already, which says its "
                "domains and its headers. Make the routes of both those of one Cdn, or give each a Gateway."
            )
        self._cdn = cdn

    def _create(self, driver: Any, scope: Scope) -> GatewayEndpoint:
        for pattern, route in self.spec.routes.items():
            scope.check_near(route.to, f"routes: {pattern}")
        if not self.spec.public:
            pulumi.Output.from_input(self._check_cdn())
        return super()._create(driver, scope)

    async def _check_cdn(self) -> Any:
        """Once the program has been read. It only warns: an error here would hide the one that kept a Cdn away."""
        if self._cdn is None:
            pulumi.log.warn(
                f"Gateway {self.name!r}: public: given False, and no Cdn of this program leads here, so nobody reaches "
                f"it. Say Cdn(…, routes={{'/*': {self.name}}}), or leave public out.",
                self,
            )

    @staticmethod
    def routes_of(document: Mapping[str, Any], services: Mapping[str, Service]) -> dict[str, GatewayRoute]:
        """The routes of an OpenAPI document (3.0, 3.1): each path to the service of its first tag, or of
        `x-infra-kit-service`; `security: []` of all its operations needs no token.

        Args:
            document: as `yaml.safe_load` or `json.load` give it.
            services: by the names that the document uses.

        Raises:
            SpecError: a path names no service, or one that is not there.
        """
        return {
            path.pattern: GatewayRoute(services[path.service], jwt=None if path.secured else False)
            for path in paths(document, services)
        }

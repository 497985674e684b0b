"""What every target's Gateway must do."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from infra_kit import Domain, Environment, Failover, Gateway, GatewayRoute, Jwt, RateLimit, Service, Target, features
from infra_kit.component import Component
from infra_kit.components.gateway import GatewayEndpoint
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.testing.conformance.base import NAME, own, standing_in, told
from infra_kit.testing.conformance.safety import wide
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE

API, WEB = Service.__new__(Service), Service.__new__(Service)
"""Stand for services where no program runs, so that none can be made."""
JWT = Jwt(issuer="https://auth.example.com", audience=["shop"])
CLAIMS = JWT.model_copy(update={"claims": {"X-Tenant": "tenant_id"}})
LIMIT, BY_USER = RateLimit(requests=100, per="1m"), RateLimit(requests=60, per="1m", by="user")


class GatewayConformance(ComponentConformance):
    component = Gateway
    endpoint = GatewayEndpoint
    is_edge = True
    keeps_data = False
    beside = frozenset({"api", "web", "zone"})
    arguments = {"routes": {"/*": API}, "domains": ["api.example.com"], "waf": False}
    hinges_on_more = frozenset({features.WILDCARD_DOMAINS, features.FAILOVER})
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        features.JWT: {"jwt": JWT},
        features.WAF: {"waf": True},
        features.JWT_CLAIMS: {"jwt": CLAIMS},
        features.RATE_LIMITS: {"limits": [LIMIT]},
        features.RATE_LIMITS_BY_TOKEN: {"jwt": JWT, "limits": [LIMIT, BY_USER]},
        features.RATE_LIMITS_OVER_SERVICES: {"routes": {"/*": API, "/web/*": WEB}, "limits": [LIMIT]},
        features.RATE_LIMITS_TOGETHER: {
            "routes": {"/*": API, "/login": GatewayRoute(API, limits=[RateLimit(requests=10, per="5m")])},
            "limits": [LIMIT],
        },
        features.WILDCARD_DOMAINS: {"domains": ["api.example.com", "*.example.org"]},
        features.FAILOVER: {
            "failover": Failover("primary"),
            "routes": {"/*": API, "/health": GatewayRoute(API, jwt=False)},
        },
        features.DOMAINS: {"domains": ["api.example.com", "www.example.com"]},
    }
    variations = {
        "body": {"max_body_mb": 1},
        "logs": {"access_logs": True},
        "headers": {"response_headers": {"X-Frame-Options": "DENY"}},
    }

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        api, web = (Service(it, target=target, image=IMAGE, command=["python", "app.py"]) for it in ("api", "web"))
        asked: dict[str, Service | GatewayRoute] = arguments.pop("routes", self.arguments["routes"])
        routes = {key: it if isinstance(it, GatewayRoute) else GatewayRoute(it) for key, it in asked.items()}
        made = {key: it.model_copy(update={"to": api if it.to is API else web}) for key, it in routes.items()}
        if "failover" in arguments:
            arguments["zones"] = [Domain("zone", target=target, domain="example.com")]
        return super().make(target, routes=made, **arguments)

    def test_it_opens_a_service_to_itself_and_to_nobody_else(self, target: Target) -> None:
        made = self.record(standing_in(target, Environment.PRODUCTION))
        its = {each.urn for each in own(made)}
        excepted = told(target, "WIDE_BEHIND_A_GATEWAY")
        found = [each for each in made.resources if each.urn not in its and wide(target, each)]
        assert {each.type for each in found} == excepted.keys()

    @pytest.mark.parametrize(
        "asked", [{"domains": ["api.example.com"]}, {"response_headers": {"X-Frame-Options": "DENY"}}]
    )
    def test_one_that_is_not_public_leaves_names_and_headers_to_its_cdn(
        self, target: Target, asked: Mapping[str, Any]
    ) -> None:
        with pytest.raises(
            SpecError, match=f"{next(iter(asked))}: a gateway that is not public has none: give them to"
        ):
            self.record(target, public=False, **{"domains": [], **asked})

    def test_production_has_tls_or_is_refused(self, target: Target) -> None:
        """Where a target has no certificate without a domain, it asks for one."""
        production = standing_in(target, Environment.PRODUCTION)
        try:
            url = self.record(production, domains=[]).named(NAME).outputs["url"]
        except SpecError as refused:
            assert "domains" in str(refused)  # noqa: PT017  either way is right
        else:
            assert url.startswith("https://")

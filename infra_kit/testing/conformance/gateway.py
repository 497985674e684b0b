"""What every target's Gateway must do."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from infra_kit import Environment, Gateway, Jwt, RateLimit, Service, Target, features
from infra_kit.component import Component
from infra_kit.components.gateway import GatewayEndpoint
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.spec import Spec
from infra_kit.testing.conformance.base import NAME, standing_in
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE

JWT = Jwt(issuer="https://auth.example.com", audience=["shop"], claims={"X-Tenant": "tenant_id"})


class GatewayConformance(ComponentConformance):
    component = Gateway
    endpoint = GatewayEndpoint
    is_edge = True
    keeps_data = False
    beside = frozenset({"api"})
    arguments = {"domains": ["api.example.com"], "waf": False}
    hinges_on_more = frozenset({features.WILDCARD_DOMAINS})
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        features.JWT: {"jwt": JWT},
        features.WAF: {"waf": True},
        features.RATE_LIMITS: {"limits": [RateLimit(requests=100, per="1m")]},
        features.WILDCARD_DOMAINS: {"domains": ["api.example.com", "*.example.org"]},
        features.DOMAINS: {"domains": ["api.example.com", "www.example.com"]},
    }
    variations = {
        "body": {"max_body_mb": 1},
        "logs": {"access_logs": True},
        "headers": {"response_headers": {"X-Frame-Options": "DENY"}},
    }

    def spec(self, arguments: Mapping[str, Any]) -> Spec:
        """Also where no program runs, so that no service can be made."""
        return super().spec({"routes": {"/*": Service.__new__(Service)}, **arguments})

    def without(self, target: Target, feature: Feature) -> list[Mapping[str, Any]]:
        """Without the routes, which `make` gives."""
        rests = super().without(target, feature)
        return [{key: value for key, value in rest.items() if key != "routes"} for rest in rests]

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        api = Service("api", target=target, image=IMAGE, command=["python", "app.py"])
        return super().make(target, **{"routes": {"/*": api}, **arguments})

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

"""What every target's Gateway must do."""

from collections.abc import Mapping
from typing import Any

from infra_kit import Gateway, Jwt, RateLimit, Service, Target, features
from infra_kit.component import Component
from infra_kit.components.gateway import GatewayEndpoint
from infra_kit.spec import Spec
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE

JWT = Jwt(issuer="https://auth.example.com", audience=["shop"], claims={"X-Tenant": "tenant_id"})


class GatewayConformance(ComponentConformance):
    component = Gateway
    endpoint = GatewayEndpoint
    is_edge = True
    keeps_data = False
    arguments = {"domains": ["api.example.com"], "waf": False}
    asks = {
        features.JWT: {"jwt": JWT},
        features.WAF: {"waf": True},
        features.RATE_LIMITS: {"limits": [RateLimit(requests=100, per="1m")]},
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

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        api = Service("api", target=target, image=IMAGE, command=["python", "app.py"])
        return super().make(target, **{"routes": {"/*": api}, **arguments})

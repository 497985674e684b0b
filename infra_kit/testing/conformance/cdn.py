"""What every target's Cdn must do."""

from typing import Any

import pytest

from infra_kit import Cdn, Environment, Gateway, GatewayRoute, ObjectStore, RateLimit, Route, Service, Target, features
from infra_kit.components.cdn import CdnEndpoint
from infra_kit.errors import SpecError
from infra_kit.recording import Recording
from infra_kit.testing import record
from infra_kit.testing.conformance.base import NAME, standing_in, told
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE

BEHIND = "behind"


class CdnConformance(ComponentConformance):
    component = Cdn
    is_edge = True
    endpoint = CdnEndpoint
    secrets = frozenset({"trust"})
    arguments = {"routes": {"/*": "https://origin.example.com"}, "compression": False}
    keeps_data = False
    leaves_no_trace = frozenset({features.QUERY_FILTER})  # where a target has it, every route does so unasked
    hinges_on_more = frozenset({features.WILDCARD_DOMAINS})
    asks = {
        features.DOMAINS: {"domains": ["www.example.com"]},
        features.WILDCARD_DOMAINS: {"domains": ["www.example.com", "*.example.org"]},
        features.RESPONSE_HEADERS: {"response_headers": {"Strict-Transport-Security": "max-age=31536000"}},
        features.COMPRESSION: {"compression": True},
        features.INVALIDATION: {"release": "v1"},
        features.QUERY_FILTER: {"routes": {"/*": Route("https://origin.example.com", query=False)}},
        features.CACHE_CONTROL: {"routes": {"/*": Route("https://origin.example.com", cache_control="max-age=60")}},
    }
    variations = {
        "one more route": {"routes": {"/*": "https://origin.example.com", "/api/*": "https://api.example.com"}},
        "no cache": {"routes": {"/*": Route("https://origin.example.com", ttl="none")}},
    }

    def test_an_object_store_is_an_origin(self, target: Target) -> None:
        def program() -> None:
            files = ObjectStore("files", target=target)
            Cdn(NAME, target=target, routes={"/*": files}, compression=False)

        config = {"infra-kit:environment": Environment.DEVELOPMENT.value}
        made = record(program, config=config, outputs=self.outputs, calls=self.calls)
        assert made.named(NAME).outputs["url"]

    def before_a_gateway(self, target: Target, *others: str, **asked: Any) -> Recording:
        """A Cdn with a name before a gateway that is not public, before a service; and other Cdns."""

        def program() -> None:
            api = Service("api", target=target, image=IMAGE, command=["python", "app.py"])
            limited = GatewayRoute(api, limits=[RateLimit(requests=100, per="1m")])
            behind = Gateway(BEHIND, target=target, **{"routes": {"/*": limited}, "public": False, **asked})
            for name in (NAME, *others):
                Cdn(name, target=target, routes={"/*": behind}, domains=[f"{name}.example.com"])

        return self.run(program)

    def test_a_gateway_behind_it_is_reached_by_nobody_else(self, target: Target) -> None:
        """Also in production, which asks a public one for domains."""
        made = self.before_a_gateway(standing_in(target, Environment.PRODUCTION))
        opened = told(target, "OPEN")
        below = [it for it in made.resources if it.name.startswith(f"{BEHIND}-")]

        assert below
        assert [it.name for it in below if it.type in opened and opened[it.type](it.inputs)] == []
        assert made.named(NAME).outputs["url"]

    def test_a_public_gateway_is_no_origin(self, target: Target) -> None:
        with pytest.raises(SpecError, match=f"Gateway '{BEHIND}' is public.*say public=False there"):
            self.before_a_gateway(target, public=True, domains=["api.example.com"])

    def test_one_cdn_stands_before_a_gateway(self, target: Target) -> None:
        with pytest.raises(SpecError, match=f"Gateway '{BEHIND}' stands behind Cdn '{NAME}' already"):
            self.before_a_gateway(target, "other")

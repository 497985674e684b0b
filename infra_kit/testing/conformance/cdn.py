"""What every target's Cdn must do."""

from infra_kit import Cdn, Environment, ObjectStore, Route, Target, features
from infra_kit.components.cdn import CdnEndpoint
from infra_kit.testing import record
from infra_kit.testing.conformance.base import NAME
from infra_kit.testing.conformance.suite import ComponentConformance


class CdnConformance(ComponentConformance):
    component = Cdn
    is_edge = True
    endpoint = CdnEndpoint
    secrets = frozenset({"trust"})
    arguments = {"routes": {"/*": "https://origin.example.com"}, "compression": False}
    keeps_data = False
    leaves_no_trace = frozenset({features.QUERY_FILTER})  # where a target has it, every route does so unasked
    asks = {
        features.DOMAINS: {"domains": ["www.example.com"]},
        features.WILDCARD_DOMAINS: {"domains": ["www.example.com", "*.example.org"]},
        features.RESPONSE_HEADERS: {"response_headers": {"Strict-Transport-Security": "max-age=31536000"}},
        features.COMPRESSION: {"compression": True},
        features.INVALIDATION: {"release": "v1"},
        features.QUERY_FILTER: {"routes": {"/*": Route("https://origin.example.com", query=False)}},
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

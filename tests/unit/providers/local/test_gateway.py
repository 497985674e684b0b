"""Gateway on the local target: what its server is told."""

from __future__ import annotations

import pytest

from infra_kit import Gateway, GatewayRoute, Jwt, RateLimit, Service, features
from infra_kit.errors import SpecError
from infra_kit.providers.local.gateway import SUPPORTS, LocalGateway
from infra_kit.testing import record
from infra_kit.testing.conformance import GatewayConformance
from tests.unit.refusals import refusal

JWT = Jwt(issuer="https://auth.example.com", audience=["shop"], claims={"X-Tenant": "tenant_id"})


def test_a_gateway_is_told_its_services_addresses_and_holds_no_data() -> None:
    def program() -> None:
        api, web = Service("api", command=["a"]), Service("web", command=["b"])
        limited = GatewayRoute(api, jwt=False, limits=[RateLimit(requests=5, per="15m", burst=1)])
        edge = Gateway("edge", routes={"/*": web, "/login": limited}, jwt=JWT, domains=["shop.example.com"])
        assert isinstance(edge.endpoint.native, LocalGateway)

    made = record(program, config={"infra-kit:environment": "production"})
    server, api = made.named("edge-server"), made.named("api-server")
    told = server.inputs

    assert told["routes"]["/login"] == {
        "host": "127.0.0.1",
        "port": made.named("api").outputs["port"],
        "jwt": False,
        "limits": [{"requests": 5, "per": 900, "by": "address", "burst": 1}],
    }
    assert told["routes"]["/*"]["jwt"] is True
    assert told["jwt"]["jwks_url"] == "https://auth.example.com/.well-known/jwks.json"
    assert (told["waf"], told["access_logs"], told["max_body_mb"], told["domains"]) == (
        True, True, 10, ["shop.example.com"],
    )  # fmt: skip
    assert api.urn in server.options.depends_on
    assert server.options.protect is False
    assert made.named("edge").outputs["url"].startswith("https://127.0.0.1:")


def test_only_a_standby_elsewhere_is_a_gap() -> None:
    assert set(GatewayConformance.asks) - {features.FAILOVER} == SUPPORTS


@pytest.mark.parametrize("header", ["Server", "content-length", "Connection"])
def test_headers_that_nginx_or_the_service_says_cannot_be_put_on_answers(header: str) -> None:
    def program() -> None:
        Gateway("edge", routes={"/*": Service("api", command=["a"])}, response_headers={header: "x"})

    message = refusal(lambda: record(program), SpecError)
    assert message.startswith(f"Gateway 'edge': response_headers may not have {header}: the gateway or the service")


def test_a_header_that_is_too_long_for_nginx_is_refused() -> None:
    def program() -> None:
        api = Service("api", command=["a"])
        Gateway("edge", routes={"/*": api}, response_headers={"Content-Security-Policy": "é" * 1001})

    message = refusal(lambda: record(program), SpecError)
    assert "the value of Content-Security-Policy is too long: at most 2000 bytes" in message

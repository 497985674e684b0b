"""Gateway on a VPS: an nginx behind the host's edge."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Domain, Environment, Failover, Gateway, GatewayRoute, Jwt, RateLimit, Service, Target
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.workloads import CONTAINER, HOST, networks, on, service, told, uploads

DOMAINS = ["api.example.com"]


def gateway(environment: Environment = Environment.STAGING, host: str = HOST.host, **asked: Any) -> Recording:
    target = on(environment, host)

    def program() -> None:
        api, auth = (service(name, target=target) for name in ("api", "auth"))
        routes = {"/*": api, "/auth/*": GatewayRoute(auth, limits=[RateLimit(requests=5, per="15m")])}
        Gateway("edge", target=target, **{"routes": routes, "domains": DOMAINS, **asked})

    return record(program)


def conf(made: Recording) -> str:
    return uploads(made, "edge-server-files")["/run/infra-kit/nginx.conf"]


def test_it_stands_between_the_edge_and_each_service_and_publishes_nothing() -> None:
    made = gateway()

    assert networks(made, "edge-server") == {"vps-edge-network", "edge-to-api-network", "edge-to-auth-network"}
    published = [it.name for it in made.of_type(CONTAINER) if it.inputs.get("ports")]
    assert published == ["vps-edge-proxy"]
    assert "reverse_proxy edge-server:8080" in told(made, "edge-site")


def test_routes_lead_to_the_services_proxies() -> None:
    text = conf(gateway())

    assert "server auth-proxy:8080 resolve;" in text
    assert "server api-proxy:8080 resolve;" in text


def test_tokens_limits_and_the_firewall_are_the_scripts_of_all_targets() -> None:
    made = gateway(jwt=Jwt(issuer="https://auth.example.com", audience=["shop"]), waf=True)

    assert {f"/run/infra-kit/gateway{end}.js" for end in ("", "_filter", "_limits", "_tokens")} <= uploads(
        made, "edge-server-files"
    ).keys()
    assert "https://auth.example.com" in conf(made)
    assert "js_access gateway.access;" in conf(made)


def test_accesses_are_logged_where_the_environment_watches_and_only_there() -> None:
    assert "access_log off;" in conf(gateway())
    assert "access_log /dev/stdout gateway;" in conf(gateway(Environment.PRODUCTION))


def test_it_answers_by_its_first_domain_with_a_certificate_of_the_edges() -> None:
    outputs = gateway().named("edge").outputs

    assert (outputs["url"], outputs["domain"]) == ("https://api.example.com", "vps-1.example.com")


def test_production_without_a_name_for_a_certificate_is_refused() -> None:
    with pytest.raises(SpecError, match=r"Gateway 'edge': domains: there is none, and the host is known as 203"):
        gateway(Environment.PRODUCTION, "203.0.113.7", domains=[])


def test_a_preview_on_a_bare_address_has_plain_http() -> None:
    made = gateway(Environment.PREVIEW, "203.0.113.7", domains=[])

    assert made.named("edge").outputs["url"] == "http://203.0.113.7"


def test_a_host_stands_by_for_nobody_for_it_has_no_certificate_before_the_name_leads_there() -> None:
    cloud = Target(name="aws", environment=Environment.STAGING, region="eu-west-1")

    def program() -> None:
        zone = Domain("zone", domain="example.com", target=cloud)
        here = on(Environment.STAGING, "203.0.113.10")
        api = Service("api", image="registry.example/api:1", target=here)
        asked: dict[str, Any] = {"domains": DOMAINS, "zones": [zone], "failover": Failover("secondary")}
        Gateway("edge", target=here, routes={"/*": api}, **asked)

    with pytest.raises(UnsupportedFeatureError, match="have the secondary on aws or gcp and the host as the primary"):
        record(program)

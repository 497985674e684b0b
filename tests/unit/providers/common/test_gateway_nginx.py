"""What the nginx of a gateway is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra_kit.providers.common import gateway_nginx

JWT = {
    "issuer": "https://auth.example.com",
    "audience": ["shop"],
    "jwks_url": "https://keys.example.com/a?b=$c",
    "claims": {"X-Tenant": "tenant_id"},
}


def conf(routes: dict[str, dict[str, Any]], *, trusted: tuple[str, ...] = (), **changes: Any) -> str:
    defaults: dict[str, Any] = {
        "limits": [],
        "jwt": None,
        "waf": True,
        "max_body_mb": 10.0,
        "response_headers": {},
        "fronted": False,
    }
    site = gateway_nginx.Site(
        main=[], http=[], server=["listen 443 ssl;"], inside="127.0.0.1:8081", names=["_"], conf="/conf", data="/data",
        authorities="/ca.pem", trusted=trusted, trust="secret", resolvers=["127.0.0.11"],
        fixed_hosts=frozenset({"localhost"}), props={"routes": routes, **defaults, **changes},
    )  # fmt: skip
    return gateway_nginx.files(site)["nginx.conf"]


def route(**changes: Any) -> dict[str, Any]:
    return {"host": "api", "port": 8080.0, "jwt": False, "limits": [], **changes}


def policies(text: str) -> list[dict[str, Any]]:
    """What each location sets, bit by bit."""
    found = ["".join(re.findall(r'set \$policy "\$\{policy\}(.*)";', part)) for part in text.split("  location ")]
    return [json.loads(re.sub(r"\\(.)", r"\1", policy).replace("${dollar}", "$")) for policy in found if policy]


def limit(requests: int, per: int, **changes: Any) -> dict[str, Any]:
    return {"requests": float(requests), "per": float(per), "by": "address", "burst": 0.0, **changes}


def test_services_are_found_by_name_again_and_again_and_connections_to_them_are_kept() -> None:
    text = conf({"/a": route(), "/b": route(host="127.0.0.1", port=20001.0)})

    assert "server api:8080 resolve; keepalive 64;" in text
    assert "server 127.0.0.1:20001; keepalive 64;" in text


def test_the_longest_pattern_comes_first_and_has_its_own_limits_after_the_gateways() -> None:
    many = route(limits=[limit(5, 900, by="claim:tenant$id")], jwt=True)
    text = conf({"/*": route(), "/login/*": many}, limits=[limit(100, 60, by="user"), limit(1000, 60)], jwt=JWT)

    first, second = policies(text)
    assert [it["key"] for it in first["by_token"]] == ["* user 100 60000 0", "/login/* claim:tenant$id 5 900000 0"]
    assert [it["claim"] for it in first["by_token"]] == ["sub", "tenant$id"]
    assert [it["key"] for it in first["by_address"]] == ["* address 1000 60000 0"]
    assert (first["jwt"]["issuer"], second["jwt"]) == ("https://auth.example.com", None)


@pytest.mark.parametrize(
    ("asked", "step"),
    [(limit(60, 900), 1), (limit(61, 60), 1000), (limit(50, 60, burst=20.0), 1000), (limit(10**6, 1), 16)],
)
def test_few_requests_are_counted_to_the_millisecond_and_many_by_a_60th(asked: dict[str, Any], step: int) -> None:
    assert gateway_nginx.counted("*", asked)["step"] == step


def test_claims_have_variables_of_their_own_that_replace_a_visitors_headers_on_every_route() -> None:
    text = conf({"/*": route(jwt=True), "/open": route()}, jwt=JWT)

    assert " js_var $claim_x_tenant;" in text
    assert " proxy_set_header X-Tenant $claim_x_tenant;" in text
    assert policies(text)[1]["jwt"]["claims"] == {"claim_x_tenant": "tenant_id"}
    assert text.count("proxy_set_header X-Tenant") == 1


def test_keys_are_fetched_with_a_proof_of_who_gives_them() -> None:
    text = conf({"/*": route(jwt=True)}, jwt=JWT)

    assert 'proxy_pass "https://issuer/a?b=${dollar}c";' in text
    assert "server keys.example.com:443 resolve;" in text
    assert "proxy_ssl_verify on;" in text
    assert "proxy_ssl_name keys.example.com;" in text


def test_without_tokens_there_are_no_keys() -> None:
    assert "keys" not in conf({"/*": route()}).replace("zone=keys:1m", "")


def test_only_the_networks_that_are_named_are_believed() -> None:
    assert " geo $trusted_peer { default 0;  }" in conf({"/*": route()})
    assert "10.0.0.0/8 1; 172.16.0.0/12 1;" in conf({"/*": route()}, trusted=("10.0.0.0/8", "172.16.0.0/12"))


def test_a_headers_value_cannot_leave_its_quotes_or_name_a_variable() -> None:
    text = conf({"/*": route()}, response_headers={"X-A": 'a "b" $host', "Strict-Transport-Security": "max-age=1"})

    assert ' add_header X-A "a \\"b\\" ${dollar}host" always;' in text
    assert (
        ' map $visitor_scheme $hsts { https "max-age=1"; }\n add_header Strict-Transport-Security $hsts always;' in text
    )


def test_no_word_is_longer_than_nginx_takes() -> None:
    many = [limit(1000 + number, 60, by=f"claim:{'x' * 64}") for number in range(200)]
    text = conf({"/*": route(limits=many, jwt=True)}, jwt=JWT)

    assert max(len(word) for word in re.findall(r'"[^\n]*"', text)) < 4096
    assert len(policies(text)[0]["by_token"]) == 200


def test_a_gateways_limit_by_user_counts_where_a_token_is_needed_alone() -> None:
    text = conf({"/a": route(jwt=True), "/open": route()}, jwt=JWT, limits=[limit(100, 60, by="user")])

    counted = {bool(policy["jwt"]): [it["key"] for it in policy["by_token"]] for policy in policies(text)}
    assert counted[True]
    assert counted[False] == []

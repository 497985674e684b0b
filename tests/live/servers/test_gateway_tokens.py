"""Tokens at the gateway, made by PyJWT and checked by nginx."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from infra_kit.providers.common import gateway_nginx
from tests.awaiting import until
from tests.live.servers.gateway_client import Issuer, box, logged, route, serve
from tests.live.servers.origin import Origin


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    server = Issuer()
    yield server
    server.stop()


def guarded(home: Path, origin: Origin, issuer: Issuer, **claims: str) -> httpx.Client:
    routes = {"/*": route(origin, jwt=True), "/open/*": route(origin)}
    return serve(home, routes, jwt=issuer.settings(**claims), access_logs=True)


@pytest.mark.parametrize("kid", ["rsa-1", "ec-1"])
def test_a_token_of_the_issuer_is_let_through_and_no_token_is_not(
    home_dir: Path, origin: Origin, issuer: Issuer, kid: str
) -> None:
    client = guarded(home_dir, origin, issuer)

    assert client.get("/x", headers=issuer.token(kid)).status_code == 200
    refused = client.get("/x")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert client.get("/open/x").status_code == 200
    assert len(origin.requests) == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://other.example"}, "token-issuer"),
        ({"aud": "another"}, "token-audience"),
        ({"aud": ["a", "b"]}, "token-audience"),
        ({"aud": None}, "token-audience"),
        ({"exp": -1}, "token-expired"),
        ({"exp": None}, "token-expired"),
        ({"nbf": 120}, "token-not-yet"),
        ({"headers": {"kid": "nobody"}}, "token-key"),
        ({"headers": {"kid": "ec-1"}}, "token-key"),
    ],
)
def test_a_token_of_others_or_of_another_time_is_refused(
    home_dir: Path, origin: Origin, issuer: Issuer, changes: dict[str, Any], why: str
) -> None:
    client = guarded(home_dir, origin, issuer)
    now = int(time.time())
    times = {claim: now + seconds for claim, seconds in changes.items() if isinstance(seconds, int)}

    answer = client.get("/x", headers=issuer.token(**{**changes, **times}))

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert logged(home_dir, 1)[0][-1] == why
    assert origin.requests == []


def test_one_of_several_audiences_is_enough(home_dir: Path, origin: Origin, issuer: Issuer) -> None:
    client = guarded(home_dir, origin, issuer)

    assert client.get("/x", headers=issuer.token(aud=["other", "shop"])).status_code == 200


def test_a_token_that_was_forged_is_refused(home_dir: Path, origin: Origin, issuer: Issuer) -> None:
    client = guarded(home_dir, origin, issuer)
    good = issuer.token()["Authorization"].removeprefix("Bearer ")
    header, claims, signature = good.split(".")
    stranger = Issuer()
    forged = [
        f"{header}.{claims}.{signature[:-8]}AAAAAAAA",
        f"{header}.{part({**json.loads(whole(claims)), 'sub': 'admin'})}.{signature}",
        f"{part({'alg': 'none', 'kid': 'rsa-1'})}.{claims}.",
        f"{part({'alg': 'none', 'kid': 'rsa-1'})}.{claims}.{signature}",
        with_public_key_as_secret(issuer, claims),
        stranger.token(iss=issuer.name)["Authorization"].removeprefix("Bearer "),
        f"{part({'alg': 'RS256', 'kid': 'rsa-1', 'crit': ['exp']})}.{claims}.{signature}",
        f"{header}.{claims}",
        "a.b.c",
        "bnVsbA.bnVsbA.bnVsbA",
    ]
    stranger.stop()

    answers = [client.get("/x", headers={"Authorization": f"Bearer {token}"}).status_code for token in forged]

    assert answers == [401] * len(forged)
    assert origin.requests == []
    assert client.get("/x", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def whole(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def with_public_key_as_secret(issuer: Issuer, claims: str) -> str:
    """HS256, with what everybody knows as the secret (https://www.rfc-editor.org/rfc/rfc8725#section-2.1)."""
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa-1'})}.{claims}"
    digest = hmac.new(issuer.body or b"", signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def test_claims_are_passed_on_and_a_visitors_own_headers_of_these_names_never(
    home_dir: Path, origin: Origin, issuer: Issuer
) -> None:
    client = guarded(home_dir, origin, issuer, X_Tenant="tenant_id", X_User="sub", X_Roles="roles", X_Note="note")
    lies = {"X-Tenant": "evil", "x-user": "evil", "X_Tenant": "evil", "X-Roles": "evil"}
    token = issuer.token(tenant_id="t1", sub="ü-1", roles=["a", "b"], note="a\r\nX-Admin: 1")

    client.get("/x", headers={**lies, **token})
    client.get("/open/x", headers={**lies, **token})
    client.get("/x", headers={**lies, **issuer.token()})

    guarded_one, open_one, without_claim = (headers for _, headers in origin.requests)
    assert guarded_one["x-tenant"] == "t1"
    assert guarded_one["x-user"].encode("latin-1").decode() == "ü-1"
    assert json.loads(guarded_one["x-roles"]) == ["a", "b"]
    assert json.loads(guarded_one["x-note"]) == "a\r\nX-Admin: 1"
    assert not {"x-admin", "x_tenant"} & guarded_one.keys()
    assert not {"x-tenant", "x-user", "x-roles", "x_tenant"} & open_one.keys()
    assert "x-tenant" not in without_claim


def test_a_browser_may_ask_before_it_sends_a_token(home_dir: Path, origin: Origin, issuer: Issuer) -> None:
    client = guarded(home_dir, origin, issuer, X_Tenant="tenant_id")
    asks = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET", "X-Tenant": "evil"}

    assert client.options("/x", headers=asks).status_code == 200
    assert client.options("/x").status_code == 401
    assert client.get("/x", headers=asks).status_code == 401
    assert [("x-tenant" in headers) for _, headers in origin.requests] == [False]


def test_a_new_key_is_fetched_when_it_is_first_seen_and_strangers_cost_no_more_than_one_fetch(
    home_dir: Path, origin: Origin, issuer: Issuer
) -> None:
    client = guarded(home_dir, origin, issuer)
    assert client.get("/x", headers=issuer.token()).status_code == 200
    assert len(issuer.requests) == 1
    issuer.add("ec-2", ec.generate_private_key(ec.SECP256R1()))

    issuer.goes_on.clear()

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.get, "/x", headers=issuer.token("ec-2")) for _ in range(40)]
        until(lambda: len(issuer.requests) == 2)
        threading.Timer(0.3, issuer.goes_on.set).start()
        answers = [each.result().status_code for each in asked]

    assert answers == [200] * 40
    assert len(issuer.requests) == 2
    for number in range(5):
        assert client.get("/x", headers=issuer.token(headers={"kid": f"made-up-{number}"})).status_code == 401
    assert len(issuer.requests) == 2
    assert client.get("/x", headers=issuer.token()).status_code == 200


def test_keys_are_renewed_in_their_time_and_used_on_past_it_while_the_issuer_is_down(
    home_dir: Path, origin: Origin, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_nginx, "KEYS_SECONDS", 1)
    monkeypatch.setattr(gateway_nginx, "KEYS_REMEMBERED_MS", 20)
    client = guarded(home_dir, origin, issuer)
    old = issuer.token()
    assert client.get("/x", headers=old).status_code == 200
    issuer.add("rsa-1", rsa.generate_private_key(65537, 2048))

    until(lambda: client.get("/x", headers=old).status_code == 401)

    new = issuer.token()
    assert client.get("/x", headers=new).status_code == 200
    issuer.stop()
    past = time.monotonic() + 2
    while time.monotonic() < past:
        assert client.get("/x", headers=new).status_code == 200


def test_keys_work_on_while_the_issuer_is_down_also_when_the_gateway_starts_again(
    home_dir: Path, origin: Origin, issuer: Issuer
) -> None:
    client = guarded(home_dir, origin, issuer)
    token = issuer.token()
    client.get("/x", headers=token)
    issuer.stop()
    box(home_dir).process.stop()

    again = guarded(home_dir, origin, issuer)

    assert again.get("/x", headers=token).status_code == 200
    assert again.get("/x", headers=issuer.token(headers={"kid": "new"})).status_code == 401


def test_a_page_in_place_of_the_keys_does_not_replace_them(home_dir: Path, origin: Origin, issuer: Issuer) -> None:
    client = guarded(home_dir, origin, issuer)
    assert client.get("/x", headers=issuer.token()).status_code == 200
    issuer.body, issuer.answers_with = b"<html>maintenance</html>", {"Content-Type": "text/html"}

    assert client.get("/x", headers=issuer.token(headers={"kid": "new"})).status_code == 401
    box(home_dir).process.stop()

    assert guarded(home_dir, origin, issuer).get("/x", headers=issuer.token()).status_code == 200


def test_an_issuer_that_never_answered_makes_tokens_unknown_not_wrong(
    home_dir: Path, origin: Origin, issuer: Issuer
) -> None:
    issuer.stop()
    client = guarded(home_dir, origin, issuer)

    answer = client.get("/x", headers=issuer.token())

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.get("/open/x").status_code == 200


def test_keys_are_closed_to_visitors_and_to_services_that_would_steer(
    home_dir: Path, origin: Origin, issuer: Issuer
) -> None:
    client = guarded(home_dir, origin, issuer)
    client.get("/x", headers=issuer.token())
    origin.answers_with = {"X-Accel-Redirect": "/.infra-kit/jwks"}

    assert client.get("/.infra-kit/jwks").status_code == 404
    assert "keys" not in client.get("/open/x").text
    assert not {"authorization", "cookie"} & issuer.requests[0][1].keys()


def test_another_issuers_keys_do_not_outlive_a_change(home_dir: Path, origin: Origin, issuer: Issuer) -> None:
    token = issuer.token()
    assert guarded(home_dir, origin, issuer).get("/x", headers=token).status_code == 200
    other = Issuer()
    other.add("rsa-1", rsa.generate_private_key(65537, 2048))
    changed = {**other.settings(), "issuer": issuer.name}

    client = serve(home_dir, {"/*": route(origin, jwt=True)}, jwt=changed)

    assert client.get("/x", headers=token).status_code == 401
    assert client.get("/x", headers=other.token(iss=issuer.name)).status_code == 200
    other.stop()

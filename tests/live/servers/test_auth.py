"""The server of an Auth, by what applications do: people log in, tokens are had, renewed and checked."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.auth import HANDLER
from tests.live.links.users import kill

BACK, VERIFIER, PASSWORD = "https://shop.example/callback", "v" * 64, "correct horse battery"
WEB: dict[str, Any] = {"redirects": [BACK], "logouts": ["https://shop.example/"], "secret": False}
API: dict[str, Any] = {"redirects": ["http://localhost:3000/callback"], "logouts": [], "secret": True}


def props_in(home: Path, **changes: Any) -> Props:
    return {
        "kind": "local/auth", "home": str(home), "stack": "test", "name": "auth", "retain": False,
        "clients": {"web": WEB, "api": API}, "sign_up": True, "groups": ["admin"], "access_seconds": 600,
        "refresh_seconds": 86_400, "password_length": 12, **changes,
    }  # fmt: skip


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Props:
    props = props_in(shared_home_dir)
    HANDLER.ensure(props)
    return props


@pytest.fixture
def client(server: Props) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{box_of(server).record.ports[0]}") as client:
        yield client


def told(server: Props) -> dict[str, Any]:
    box = box_of(server)
    public, private = HANDLER.outputs(box, box.record, dict(server))
    return {**public, **private}


def asking(**changes: str) -> dict[str, str]:
    made = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    return {
        "response_type": "code", "client_id": "web", "redirect_uri": BACK, "scope": "openid email", "state": "s&1",
        "nonce": "n1", "code_challenge": made, "code_challenge_method": "S256", **changes,
    }  # fmt: skip


def enter(client: httpx.Client, email: str, password: str = PASSWORD, do: str = "log-in", **ask: str) -> httpx.Response:
    form = {"email": email, "password": password, "do": do}
    return client.post("/authorize", params=asking(**ask), data=form)


def brought_back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchange(client: httpx.Client, code: str, **changes: str) -> httpx.Response:
    plain = {"grant_type": "authorization_code", "client_id": "web", "redirect_uri": BACK, "code_verifier": VERIFIER}
    return client.post("/token", data={**plain, "code": code, **changes})


def logged_in(client: httpx.Client, email: str, do: str = "sign-up") -> dict[str, Any]:
    answer = exchange(client, brought_back(enter(client, email, do=do))["code"])
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def checked(client: httpx.Client, token: str, audience: str = "web") -> dict[str, Any]:
    """As a service does it: by the keys that the provider shows."""
    known = client.get("/.well-known/openid-configuration").json()
    key = jwt.PyJWKClient(known["jwks_uri"]).get_signing_key_from_jwt(token).key
    found: dict[str, Any] = jwt.decode(token, key, ["RS256"], audience=audience, issuer=known["issuer"])
    return found


def renew(client: httpx.Client, token: str, client_id: str = "web") -> httpx.Response:
    return client.post("/token", data={"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id})


def test_who_signs_up_is_known_by_the_tokens_that_the_application_gets(client: httpx.Client) -> None:
    back = brought_back(enter(client, "Ann@customer.example", do="sign-up"))
    assert back["state"] == "s&1"
    given = exchange(client, back["code"]).json()
    access, identity = checked(client, given["access_token"]), checked(client, given["id_token"])
    assert (identity["email"], identity["nonce"]) == ("ann@customer.example", "n1")
    assert access["sub"] == identity["sub"]
    assert (access["groups"], access["exp"] - access["iat"]) == ([], 600)
    asked = client.get("/userinfo", headers={"Authorization": f"Bearer {given['access_token']}"})
    assert asked.json()["email"] == "ann@customer.example"


def test_a_code_holds_once_and_for_who_asked(client: httpx.Client) -> None:
    enter(client, "codes@customer.example", do="sign-up")
    for changes in ({"code_verifier": "another"}, {"redirect_uri": "https://evil.example/"}, {"client_id": "nobody"}):
        code = brought_back(enter(client, "codes@customer.example"))["code"]
        assert exchange(client, code, **changes).status_code in {400, 401}
    code = brought_back(enter(client, "codes@customer.example"))["code"]
    assert exchange(client, code).status_code == 200
    assert exchange(client, code).json()["error"] == "invalid_grant"


def test_a_refresh_token_holds_once_and_a_stolen_one_ends_the_session(client: httpx.Client) -> None:
    first = logged_in(client, "refresh@customer.example")["refresh_token"]
    assert renew(client, first, "api").status_code == 401
    second = renew(client, first).json()["refresh_token"]
    assert renew(client, first).json()["error"] == "invalid_grant"
    assert renew(client, second).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("email", "password", "do", "says"),
    [
        ("nobody@customer.example", PASSWORD, "log-in", "The address or the password is wrong."),
        ("short@customer.example", "short", "sign-up", "at least 12 characters"),
        ("no-address", PASSWORD, "sign-up", "An e-mail address is needed."),
    ],
)
def test_who_is_not_let_in_is_told_why(client: httpx.Client, email: str, password: str, do: str, says: str) -> None:
    answer = enter(client, email, password, do)
    assert answer.status_code == 400
    assert says in answer.text


def test_an_address_has_one_account(client: httpx.Client) -> None:
    enter(client, "one@customer.example", do="sign-up")
    assert "Somebody has this address already." in enter(client, "ONE@customer.example", do="sign-up").text


@pytest.mark.parametrize("ask", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/callback"}])
def test_nobody_is_led_where_no_client_of_ours_may_lead(client: httpx.Client, ask: dict[str, str]) -> None:
    assert client.get("/authorize", params=asking(**ask)).status_code == 400
    assert "Location" not in enter(client, "ann@customer.example", **ask).headers


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email"}, "invalid_scope"),
    ],
)
def test_what_is_not_safe_is_refused_to_the_application(client: httpx.Client, ask: dict[str, str], error: str) -> None:
    assert brought_back(client.get("/authorize", params=asking(**ask)))["error"] == error


def test_a_client_with_a_secret_shows_it(client: httpx.Client, server: Props) -> None:
    place = {"client_id": "api", "redirect_uri": API["redirects"][0]}
    enter(client, "secret@customer.example", do="sign-up")
    code = brought_back(enter(client, "secret@customer.example", **place))["code"]
    assert exchange(client, code, **place).json()["error"] == "invalid_client"
    secret = told(server)["client_secrets"]["api"]
    assert exchange(client, code, **place, client_secret="wrong").status_code == 401
    given = exchange(client, code, **place, client_secret=secret)
    assert checked(client, given.json()["access_token"], "api")["aud"] == "api"


def test_the_admin_makes_accounts_of_any_group_and_nobody_else_does(client: httpx.Client, server: Props) -> None:
    known = told(server)
    admin = (known["username"], known["password"])
    boss = {"email": "boss@shop.example", "password": PASSWORD, "groups": ["admin"]}
    assert client.put("/users", json=boss).status_code == 401
    assert client.put("/users", json=boss, auth=("admin", "wrong")).status_code == 401
    assert client.put("/users", json={**boss, "groups": ["no"]}, auth=admin).status_code == 400
    made = client.put("/users", json=boss, auth=admin).json()
    assert client.put("/users", json=boss, auth=admin).json()["sub"] == made["sub"]
    token = logged_in(client, "boss@shop.example", "log-in")["access_token"]
    assert checked(client, token)["groups"] == ["admin"]


def test_an_identity_token_is_no_access_token(client: httpx.Client) -> None:
    given = logged_in(client, "tokens@customer.example")
    asked = client.get("/userinfo", headers={"Authorization": f"Bearer {given['id_token']}"})
    assert asked.status_code == 401


def test_who_logs_out_comes_back_to_where_the_application_says(client: httpx.Client) -> None:
    said = {"client_id": "web", "post_logout_redirect_uri": WEB["logouts"][0]}
    assert client.get("/logout", params=said).headers["Location"] == WEB["logouts"][0]
    away = client.get("/logout", params={**said, "post_logout_redirect_uri": "https://evil.example/"})
    assert away.status_code == 200


def test_only_an_applications_own_pages_may_ask_by_script(client: httpx.Client) -> None:
    def allowed(origin: str) -> object:
        return client.get("/.well-known/jwks.json", headers={"Origin": origin}).headers.get(
            "Access-Control-Allow-Origin"
        )

    assert allowed("http://localhost:3000") == "http://localhost:3000"
    assert allowed("https://evil.example") is None


def test_another_name_than_this_machines_is_refused(client: httpx.Client) -> None:
    assert client.get("/.well-known/jwks.json", headers={"Host": "evil.example"}).status_code == 400


def test_accounts_keys_secrets_and_sessions_outlive_a_kill(client: httpx.Client, server: Props) -> None:
    before = logged_in(client, "kept@customer.example")
    secrets = told(server)["client_secrets"]
    kill(server)
    HANDLER.ensure(server)
    assert checked(client, before["access_token"])["sub"]
    assert renew(client, before["refresh_token"]).status_code == 200
    assert logged_in(client, "kept@customer.example", "log-in")
    assert told(server)["client_secrets"] == secrets


def test_what_is_asked_of_it_changes_in_place(home_dir: Path) -> None:
    HANDLER.ensure(props_in(home_dir))
    props = props_in(home_dir, clients={"web": WEB}, sign_up=False, access_seconds=300)
    HANDLER.ensure(props)
    with httpx.Client(base_url=f"http://127.0.0.1:{box_of(props).record.ports[0]}") as client:
        assert "Sign up" not in client.get("/authorize", params=asking()).text
        assert "Accounts are made by who runs" in enter(client, "late@customer.example", do="sign-up").text
        assert client.get("/authorize", params=asking(client_id="api")).status_code == 400

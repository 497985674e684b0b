"""What an Auth takes, and what it gives a Gateway and those who are linked."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Auth, Client, Gateway, Google, Service
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record

WEB = Client(redirects=["https://shop.example/callback"])
GOOGLE = Google(client_id="000000000000-example.apps.googleusercontent.com", client_secret="hidden")
API = Client(redirects=["http://localhost:3000/callback"], secret=True)


def auth(**arguments: Any) -> Recording:
    return record(lambda: Auth("auth", **{"clients": {"web": WEB}, **arguments}))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"clients": {}}, "clients: at least 1 is needed"),
        ({"access_lifetime": "1m"}, "access_lifetime: given '1m'; '5m' to '1d' is needed"),
        ({"session_lifetime": "30m"}, "session_lifetime: given '30m'; '1h' to '3650d' is needed"),
        ({"access_lifetime": "1d", "session_lifetime": "2h"}, "a longer one is needed"),
        ({"groups": ["admin", "admin"]}, "each stands once"),
        ({"groups": ["two words"]}, "a group's name is needed"),
        ({"google": GOOGLE}, "google: whoever has an account there gets one here by logging in, and sign_up is False"),
        ({"password_length": 4}, "at least 8 and at most 64 is needed"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=r"Auth 'auth': ") as refused:
        auth(**wrong)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "redirect",
    [
        "http://shop.example/callback",
        "https://shop.example/*",
        "https://shop.example/?a=b",
        "shop.example",
        "javascript:x",
    ],
)
def test_a_browser_comes_back_to_whole_safe_addresses_only(redirect: str) -> None:
    with pytest.raises(SpecError, match="a whole URL without a query is needed"):
        Client(redirects=[redirect])


def test_a_gateway_checks_its_tokens() -> None:
    def program() -> None:
        known = Auth("auth", clients={"web": WEB})
        api = Service("api", command=["python", "app.py"])
        Gateway("edge", jwt=known.jwt(claims={"X-User": "sub", "X-Groups": "groups"}), routes={"/*": api})

    made = record(program)
    issuer = made.named("auth").outputs["issuer"]
    assert made.named("edge-server").inputs["jwt"] == {
        "issuer": issuer,
        "audience": ["web"],
        "jwks_url": f"{issuer}/.well-known/jwks.json",
        "claims": {"X-User": "sub", "X-Groups": "groups"},
    }


def test_of_several_clients_one_is_said() -> None:
    def program() -> None:
        known = Auth("auth", clients={"web": WEB, "api": API})
        with pytest.raises(SpecError, match=r"Auth 'auth': jwt: client: given none, there is api, web\."):
            known.jwt()
        with pytest.raises(SpecError, match=r"Auth 'auth': link: client: given 'no', there is api, web\."):
            known.link(client="no")
        Service("one", command=["app"], links=[known.link(client="api")])
        Service("other", command=["app"], links=[known.link(client="web", name="LOGIN")])

    made = record(program)
    one, other = made.named("one-server").inputs, made.named("other-server").inputs
    assert one["environment"]["AUTH_CLIENT_ID"] == "api"
    assert len(one["secrets"]["AUTH_CLIENT_SECRET"]) == 64
    assert other["environment"]["LOGIN_ISSUER"] == made.named("auth").outputs["issuer"]
    assert other["secrets"]["LOGIN_CLIENT_SECRET"] == ""


def test_a_clients_secret_is_its_own() -> None:
    both = auth(clients={"api": API, "more": API}).named("auth")
    assert both.outputs["client_secrets"].keys() == {"api", "more"}
    assert len(set(both.outputs["client_secrets"].values())) == 2
    assert (
        auth(clients={"api": API}).named("auth").outputs["client_secrets"]["api"]
        == (both.outputs["client_secrets"]["api"])
    )

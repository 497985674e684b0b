"""A Cdn before a Gateway before a service, driven by their handlers and asked with httpx."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_kit._dynamic import Props
from infra_kit.components.gateway import SECURITY_HEADERS
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import gateway
from tests.live.servers import cdn_client, gateway_client
from tests.live.servers import s3_client as stores
from tests.live.servers.gateway_client import Issuer, limit
from tests.live.servers.origin import Origin
from tests.live.servers.raw_origin import RawOrigin, head_of

SAID = {"response_headers": SECURITY_HEADERS, "domains": ["shop.example.com"]}


def to_gateway(outs: Props, **kept: Any) -> dict[str, Any]:
    """The route of a Cdn, as `nginx_routes` tells it."""
    all_of_it: dict[str, Any] = {"ttl": None, "query": True, "passes_all": True}
    return cdn_client.route(outs["public"]["url"], headers=["Host"], **(kept or all_of_it))


def inner(home: Path, routes: Mapping[str, Any], **changes: Any) -> Props:
    """A gateway that only a Cdn reaches."""
    wanted = gateway_client.props(home, dict(routes), **{"name": "inner", "fronted": True, **changes})
    return gateway.HANDLER.ensure(wanted)[1]


def front(home: Path, outs: Props, routes: Mapping[str, Any], **changes: Any) -> httpx.Client:
    trusts = dict.fromkeys(routes, outs["private"]["trust"])
    return cdn_client.serve(home, dict(routes), **{**SAID, "gateway_trusts": trusts, **changes})


def before(home: Path, origin: Origin, **changes: Any) -> httpx.Client:
    outs = inner(home, {"/*": gateway_client.route(origin)}, **changes)
    return front(home, outs, {"/*": to_gateway(outs)})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    it = Issuer()
    yield it
    it.stop()


def test_the_service_gets_the_request_as_the_visitor_wrote_it(home_dir: Path, origin: Origin) -> None:
    client = before(home_dir, origin)
    said = {"Host": "shop.example.com", "Cookie": "sid=1; theme=dark", "Authorization": "Basic x", "X-Own": "1"}

    answer = client.post("/a%26b/%C3%A9?q=1%202&q=%2F", content=b"hello", headers=said)

    path, headers = origin.requests[0]
    assert (answer.status_code, path) == (200, "/a%26b/%C3%A9?q=1%202&q=%2F")
    assert {name.lower(): headers[name.lower()] for name in said} == {name.lower(): it for name, it in said.items()}
    assert (headers["content-length"], headers["x-forwarded-host"]) == ("5", "shop.example.com")


def test_the_service_is_told_the_visitors_address_and_no_lie_about_it(home_dir: Path, origin: Origin) -> None:
    client = before(home_dir, origin)

    client.get("/", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Infra-Kit-Cdn": "x"})

    _, headers = origin.requests[0]
    assert (headers["x-forwarded-for"], headers["x-real-ip"]) == ("127.0.0.1", "127.0.0.1")
    assert headers["x-forwarded-proto"] == "http"
    assert "x-infra-kit-cdn" not in headers


def test_a_look_at_one_without_a_certificate_finds_it_as_it_was_noted(home_dir: Path, origin: Origin) -> None:
    """The engine brings no null back: one would be a change at each `up`, which is noted first, in seconds."""
    outs = inner(home_dir, {"/*": gateway_client.route(origin)})
    assert set(outs["public"]) == {"url", "domain"}


def test_whoever_comes_past_the_cdn_is_refused(home_dir: Path, origin: Origin) -> None:
    client = before(home_dir, origin)
    port = Box(home_dir, "test", "inner").record.ports[0]

    past = [{}, {"X-Infra-Kit-Cdn": ""}, {"X-Infra-Kit-Cdn": "guessed"}, {"X-Forwarded-For": "127.0.0.1"}]
    answers = [httpx.get(f"http://127.0.0.1:{port}/", headers=headers).status_code for headers in past]

    assert answers == [403, 403, 403, 403]
    assert origin.requests == []
    assert client.get("/").status_code == 200


def test_a_limit_counts_each_visitor_by_his_own_address(home_dir: Path, origin: Origin) -> None:
    client = before(home_dir, origin, limits=[limit(3, 60)])
    other = httpx.Client(base_url=client.base_url, transport=httpx.HTTPTransport(local_address="127.0.0.2"))

    mine = [client.get("/", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(5)]

    assert [answer.status_code for answer in mine] == [200, 200, 200, 429, 429]
    assert int(mine[-1].headers["Retry-After"]) > 0
    assert other.get("/").status_code == 200


def test_tokens_are_asked_for_behind_the_cdn(home_dir: Path, origin: Origin, issuer: Issuer) -> None:
    asked = {"/*": gateway_client.route(origin, jwt=True), "/open": gateway_client.route(origin)}
    outs = inner(home_dir, asked, jwt=issuer.settings(X_Tenant="tenant"))
    client = front(home_dir, outs, {"/*": to_gateway(outs)})

    answers = [client.get("/"), client.get("/", headers=issuer.token(tenant="t1")), client.get("/open")]

    assert [answer.status_code for answer in answers] == [401, 200, 200]
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"
    assert [headers.get("x-tenant") for _, headers in origin.requests] == ["t1", None]


def test_no_answer_is_given_to_another_whatever_the_service_says_of_it(home_dir: Path, origin: Origin) -> None:
    client = before(home_dir, origin)
    origin.answers_with = {"Cache-Control": "public, max-age=3600", "Vary": "Cookie", "Set-Cookie": "sid=secret"}

    answers = [client.get("/me", headers={"Cookie": f"sid={user}"}) for user in ("ann", "bob", "ann")]

    assert len({answer.text for answer in answers}) == 3
    assert [headers["cookie"] for _, headers in origin.requests] == ["sid=ann", "sid=bob", "sid=ann"]


def test_what_a_route_keeps_was_made_without_knowing_who_asks(home_dir: Path, origin: Origin) -> None:
    outs = inner(home_dir, {"/*": gateway_client.route(origin)})
    client = front(home_dir, outs, {"/*": to_gateway(outs), "/public/*": to_gateway(outs, ttl=60.0)})
    told = {"Cookie": "sid=ann", "Authorization": "Basic x", "X-User": "ann"}

    kept = [client.get("/public/x?user=ann", headers=told), client.get("/public/x")]
    elsewhere = client.get("/public/x", headers={"Host": "shop.example.com"})

    assert kept[0].text == kept[1].text
    assert elsewhere.text != kept[0].text
    path, headers = origin.requests[0]
    assert path == "/public/x"
    assert not {"cookie", "authorization", "x-user"} & headers.keys()


def test_an_answer_that_sets_a_cookie_or_is_private_is_not_kept(home_dir: Path, origin: Origin) -> None:
    outs = inner(home_dir, {"/*": gateway_client.route(origin)})
    client = front(home_dir, outs, {"/*": to_gateway(outs, ttl=60.0)})

    for said in ({"Set-Cookie": "sid=secret"}, {"Cache-Control": "private, max-age=60"}):
        origin.answers_with = said
        answers = [client.get(f"/{len(said)}{next(iter(said))}") for _ in range(2)]
        assert answers[0].text != answers[1].text, said


def test_the_headers_of_answers_stand_there_once_also_on_refusals(home_dir: Path, origin: Origin) -> None:
    client = before(home_dir, origin, limits=[limit(1, 60)])
    origin.answers_with = {"X-Frame-Options": "ALLOWALL"}

    for answer, status in ((client.get("/"), 200), (client.get("/"), 429)):
        assert answer.status_code == status
        said = [name.lower() for name, _ in answer.headers.multi_items()]
        assert {name: said.count(name.lower()) for name in SECURITY_HEADERS} == dict.fromkeys(SECURITY_HEADERS, 1)
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_static_files_come_from_the_store_and_all_else_from_the_gateway(home_dir: Path, origin: Origin) -> None:
    store, to_bucket, key = cdn_client.bucket_route(home_dir)
    stores.s3(store).put_object(Bucket=stores.BUCKET, Key="static/a.css", Body=b"body {}", ContentType="text/css")
    outs = inner(home_dir, {"/*": gateway_client.route(origin)}, limits=[limit(1, 60)])
    routes = {"/*": to_gateway(outs), "/static/*": to_bucket}
    client = front(
        home_dir, outs, routes, gateway_trusts={"/*": outs["private"]["trust"]}, store_keys={"/static/*": key}
    )

    static = [client.get("/static/a.css") for _ in range(3)]

    assert [(answer.text, cdn_client.cache(answer)) for answer in static] == [
        ("body {}", "MISS"),
        ("body {}", "HIT"),
        ("body {}", "HIT"),
    ]
    assert [client.get("/page").status_code for _ in range(2)] == [200, 429]


def test_a_name_that_is_not_the_cdns_gets_no_further(home_dir: Path, origin: Origin) -> None:
    client = before(home_dir, origin)

    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert origin.requests == []


def test_a_websocket_passes_through_both(home_dir: Path) -> None:
    def echo(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        connection.sendall(connection.recv(5))

    service = RawOrigin(echo)
    told = {"host": "127.0.0.1", "port": float(service.server_port), "jwt": False, "limits": []}
    outs = inner(home_dir, {"/*": told})
    address = front(home_dir, outs, {"/*": to_gateway(outs)}).base_url

    with socket.create_connection((address.host, address.port or 0), timeout=10) as visitor:
        visitor.sendall(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert head_of(visitor).startswith(b"HTTP/1.1 101 ")
        visitor.sendall(b"hello")
        assert visitor.recv(5) == b"hello"
    service.stop()

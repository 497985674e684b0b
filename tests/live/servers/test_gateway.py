"""The gateway's server, driven by its handler and asked with httpx, before real services."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_kit.components.gateway import SECURITY_HEADERS
from infra_kit.providers.local.servers.gateway import HANDLER
from tests.live.servers.gateway_client import box, client, limit, logged, props, route, serve, trusting
from tests.live.servers.origin import Origin
from tests.live.servers.raw_origin import RawOrigin, head_of

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_the_longest_pattern_wins_and_what_has_no_route_is_not_there(home_dir: Path, origin: Origin) -> None:
    other = Origin()
    client = serve(home_dir, {"/api/*": route(origin), "/api/*/media/?": route(other), "/exact": route(other)})

    answers = [client.get(path) for path in ("/api/v1/x", "/api/v1/media/7", "/exact", "/api/v1/media/77", "/other")]
    other.stop()

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 404]
    assert [path for path, _ in origin.requests] == ["/api/v1/x", "/api/v1/media/77"]
    assert [path for path, _ in other.requests] == ["/api/v1/media/7", "/exact"]


def test_a_service_gets_the_request_as_the_visitor_wrote_it(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin)})

    client.post("/a%26b/%C3%A9?q=1%202&q=%2F", content=b"hello", headers={"X-Own": "1", "Authorization": "Basic x"})

    path, headers = origin.requests[0]
    assert path == "/a%26b/%C3%A9?q=1%202&q=%2F"
    assert (headers["x-own"], headers["authorization"], headers["content-length"]) == ("1", "Basic x", "5")


def test_it_shows_a_certificate_of_its_own_authority_for_each_of_its_names(home_dir: Path, origin: Origin) -> None:
    wanted = props(home_dir, {"/*": route(origin)}, domains=["shop.example.com", "*.example.org"])
    _, outs = HANDLER.ensure(wanted)
    port = int(outs["public"]["url"].rpartition(":")[2])

    for name in ("127.0.0.1", "localhost", "shop.example.com", "any.example.org"):
        plain = socket.create_connection(("127.0.0.1", port))
        with trusting(outs).wrap_socket(plain, server_hostname=name) as secured:
            assert secured.version() == "TLSv1.3"
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(outs["public"]["url"])


def test_old_tls_is_refused(home_dir: Path, origin: Origin) -> None:
    _, outs = HANDLER.ensure(props(home_dir, {"/*": route(origin)}))
    old = trusting(outs)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="is deprecated"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    with pytest.raises(httpx.ConnectError, match="alert protocol version"):
        httpx.get(outs["public"]["url"], verify=old)


def test_plain_http_leads_to_https_with_path_query_and_method(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin)}, domains=["shop.example.com"])
    https, plain, _ = box(home_dir).record.ports

    answer = httpx.post(f"http://127.0.0.1:{plain}/a%20b?c=1", content=b"x")
    named = httpx.get(f"http://127.0.0.1:{plain}/", headers={"Host": "shop.example.com"})

    assert (answer.status_code, answer.headers["Location"]) == (308, f"https://127.0.0.1:{https}/a%20b?c=1")
    assert named.headers["Location"] == f"https://shop.example.com:{https}/"
    for base in (f"http://127.0.0.1:{plain}", str(client.base_url)):
        assert client.get(f"{base}/", headers={"Host": "evil.example"}).status_code == 421
    assert origin.requests == []


def test_security_headers_stand_once_on_every_answer_of_services_and_of_nginx_itself(
    home_dir: Path, origin: Origin
) -> None:
    routes = {
        "/*": route(origin),
        "/down/*": {**route(origin), "port": 1.0},
        "/few": route(origin, limits=[limit(1, 900)]),
        "/secret": route(origin, jwt=True),
    }
    jwt = {"issuer": "https://a.example", "audience": ["a"], "jwks_url": "https://a.example/keys", "claims": {}}
    headers = {**SECURITY_HEADERS, "Content-Security-Policy": "default-src 'self'; a \"$b\""}
    client = serve(home_dir, routes, response_headers=headers, waf=True, jwt=jwt)
    origin.answers_with = {"X-Frame-Options": "ALLOWALL", "strict-transport-security": "max-age=1"}

    def answers() -> dict[int, httpx.Response]:
        asked = [
            client.get("/x"), client.get("/few"), client.get("/few"), client.get("/secret"), client.get("/down/x"),
            client.get("/.git/config"), client.get("/a/%2e%2e/b"), client.get("/x", headers={"Host": "nobody"}),
            client.post("/x", content=b"x" * 1_100_000), client.get("/.infra-kit/jwks"),
            client.get("/" + "x" * 40_000),
        ]  # fmt: skip
        origin.status = 500
        return {answer.status_code: answer for answer in [*asked, client.get("/x")]}

    found = answers()

    assert sorted(found) == [200, 400, 401, 403, 404, 413, 414, 421, 429, 500, 502]
    for status, answer in found.items():
        told = {name: answer.headers.get_list(name) for name in headers}
        assert told == {name: [value] for name, value in headers.items()}, status


def test_plain_http_has_no_hsts_and_all_the_rest(home_dir: Path, origin: Origin) -> None:
    serve(home_dir, {"/*": route(origin)}, response_headers=SECURITY_HEADERS)

    answer = httpx.get(f"http://127.0.0.1:{box(home_dir).record.ports[1]}/")

    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_request_that_is_too_large_is_answered_413_whether_it_says_so_or_not(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin)}, max_body_mb=2.0)
    megabyte = b"x" * 2**20

    assert client.post("/x", content=megabyte * 2).status_code == 200
    assert client.post("/x", content=megabyte * 2 + b"x").status_code == 413
    assert client.post("/x", content=iter([megabyte, megabyte, b"x"])).status_code == 413
    assert len(origin.requests) == 1


def test_what_a_visitor_says_of_himself_is_not_believed(home_dir: Path, origin: Origin) -> None:
    lies = {
        "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example",
        "X-Real-IP": "10.0.0.1", "Forwarded": "for=10.0.0.1", "X-Forwarded-Port": "1", "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/admin", "X-Rewrite-URL": "/admin", "X-Infra-Kit-Cdn": "guessed", "Proxy": "http://evil",
        "Upgrade": "",
    }  # fmt: skip
    client = serve(home_dir, {"/*": route(origin)}, access_logs=True)

    client.get("/x", headers=lies)

    headers = origin.requests[0][1]
    assert (headers["x-forwarded-for"], headers["x-real-ip"]) == ("127.0.0.1", "127.0.0.1")
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-forwarded-host"] == headers["host"] == client.base_url.netloc.decode()
    gone = {"forwarded", "x-forwarded-port", "x-forwarded-prefix", "x-original-url", "x-rewrite-url"}
    assert not (gone | {"x-infra-kit-cdn", "proxy"}) & headers.keys()
    assert logged(home_dir, 1)[0][1] == "127.0.0.1"


def test_a_cdns_word_is_taken_by_its_secret_which_goes_no_further(home_dir: Path, origin: Origin) -> None:
    _, outs = HANDLER.ensure(props(home_dir, {"/*": route(origin, limits=[limit(1, 900)])}))
    asker = client(outs)

    def status(forwarded: str, trust: str) -> int:
        told = {"X-Infra-Kit-Cdn": trust, "X-Forwarded-For": forwarded, "X-Forwarded-Proto": "http"}
        return asker.get("/x", headers=told).status_code

    trust = outs["private"]["trust"]
    assert [status("203.0.113.1", trust), status("198.51.100.9, 203.0.113.2", trust)] == [200, 200]
    assert [status("203.0.113.9, 203.0.113.1", trust), status("203.0.113.2", trust)] == [429, 429]
    assert [status("203.0.113.3", "wrong"), status("203.0.113.4", "")] == [200, 429]
    told = [(headers["x-forwarded-for"], headers["x-forwarded-proto"]) for _, headers in origin.requests]
    assert told == [("203.0.113.1", "http"), ("203.0.113.2", "http"), ("127.0.0.1", "https")]
    assert all("x-infra-kit-cdn" not in headers for _, headers in origin.requests)


def test_a_websocket_passes(home_dir: Path) -> None:
    heads: list[bytes] = []

    def echo(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        while text := connection.recv(100):
            connection.sendall(text[::-1])

    service: Any = RawOrigin(echo)
    _, outs = HANDLER.ensure(props(home_dir, {"/*": route(service)}, waf=True))
    port = int(outs["public"]["url"].rpartition(":")[2])
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with trusting(outs).wrap_socket(plain, server_hostname="localhost") as secured:
        secured.sendall(
            b"GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert head_of(secured).startswith(b"HTTP/1.1 101 ")
        for text in (b"hello", b"\x00\xff" * 20):
            secured.sendall(text)
            assert secured.recv(100) == text[::-1]
    service.stop()

    assert b"Connection: upgrade\r\nUpgrade: websocket\r\n" in heads[0]


def test_no_other_protocol_than_websockets_gets_past_the_gateway(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin)})

    client.get("/x", headers={"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"})

    assert not {"upgrade", "connection"} & origin.requests[0][1].keys()


def test_what_a_service_sends_bit_by_bit_arrives_so(home_dir: Path) -> None:
    goes_on = threading.Event()

    def streams(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: 1\n\n"
        )
        goes_on.wait(10)
        connection.sendall(b"data: 2\n\n")

    service: Any = RawOrigin(streams)
    client = serve(home_dir, {"/*": route(service)})

    with client.stream("GET", "/events") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "data: 1"
        goes_on.set()
        assert [line for line in lines if line] == ["data: 2"]
    service.stop()


def test_a_services_cookie_for_a_sticky_session_goes_both_ways(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin)})
    origin.answers_with = {"Set-Cookie": "instance=2; Path=/; Secure; HttpOnly"}

    client.get("/x")
    client.get("/x")

    assert [headers.get("cookie") for _, headers in origin.requests] == [None, "instance=2"]


@pytest.mark.parametrize(("method", "status", "asked"), [("GET", 200, 3), ("PUT", 200, 3), ("POST", 502, 2)])
def test_a_connection_that_dies_is_made_up_for_unless_the_request_might_be_done_twice(
    home_dir: Path, method: str, status: int, asked: int
) -> None:
    heads: list[bytes] = []

    def dies_at_the_second(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(ANSWER)
        if head := head_of(connection):
            heads.append(head)

    service: Any = RawOrigin(dies_at_the_second)
    client = serve(home_dir, {"/*": route(service)})
    assert client.get("/first").status_code == 200

    assert client.request(method, "/second").status_code == status
    service.stop()

    assert len(heads) == asked


def test_connections_to_a_service_are_kept(home_dir: Path) -> None:
    def answers(connection: socket.socket) -> None:
        while head_of(connection):
            connection.sendall(ANSWER)

    service: Any = RawOrigin(answers)
    client = serve(home_dir, {"/*": route(service)})

    assert [client.get("/x").status_code for _ in range(20)] == [200] * 20
    service.stop()
    assert service.connections == 1


def test_accesses_are_logged_without_queries_where_that_is_asked(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin, limits=[limit(1, 900)])}, access_logs=True)

    client.get("/a%20b?token=s3cr3t", headers={"Authorization": "Bearer s3cr3t"})
    client.get("/x", headers={"X-Y": "1"})

    first, second = logged(home_dir, 2)
    assert first[1:7] == ["127.0.0.1", "https", "127.0.0.1", "GET", "/a%20b", "200"]
    assert (second[6], second[-1]) == ("429", "rate-limit")
    assert "s3cr3t" not in (box(home_dir).path / "access.log").read_text()


def test_accesses_are_not_logged_where_nobody_asked(home_dir: Path, origin: Origin) -> None:
    serve(home_dir, {"/*": route(origin)}).get("/x")

    assert not (box(home_dir).path / "access.log").exists()

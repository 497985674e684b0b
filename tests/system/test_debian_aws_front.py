"""What stands beside each instance of a service on aws, in Debian's Caddy (package `caddy`): what it hands on."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread

import pulumi
import pytest

from infra_kit.components.service import ServiceSpec
from infra_kit.providers.aws import service_front
from infra_kit.providers.aws.service_release import Led
from tests.awaiting import until
from tests.system.side_by_side import port

CADDY = shutil.which("caddy") or "caddy"
NEWER = ("\tpersist_config off\n", "\tfallback_sni localhost\n")
"""Options that Debian 12's Caddy does not have yet."""


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        said = json.dumps({"path": self.path, "headers": dict(self.headers.items())}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.send_header("Referrer-Policy", "unsafe-url")
        self.send_header("X-Own", "yes")
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


PORTS = count(port(18_460))


def free() -> int:
    """Of this process alone, which makes fewer than twenty."""
    return next(PORTS)


def gateway(*, public: bool, **headers: str) -> Led:
    name = pulumi.Output.from_input("x")
    return Led(
        targets=name,
        targets_name=name,
        balancer_name=name,
        max_body_mb=1,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        claim_headers=["X-Tenant"],
        public=public,
    )


class Front:
    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str, **headers: str) -> tuple[int, str]:
        answer = self.answer(path, **headers)
        return answer.status, answer.read().decode()

    def answer(self, path: str, **headers: str) -> HTTPResponse:
        """As a load balancer does, which trusts any certificate."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        way = HTTPSConnection("localhost", self.port, context=trusting, timeout=60)
        way.putrequest("GET", "/", skip_host=True)
        way._buffer[0] = f"GET {path} HTTP/1.1".encode("latin-1")  # type: ignore[attr-defined]  # as it is written
        for name, value in {"Host": "shop.example", **headers}.items():
            way.putheader(name.replace("_", "-"), value)
        way.endheaders()
        return way.getresponse()

    def passed(self, **headers: str) -> dict[str, str]:
        """The headers that the service got, by small letters."""
        status, said = self.ask("/", **headers)
        assert status == 200
        return {name.lower(): value for name, value in json.loads(said)["headers"].items()}

    def answers(self) -> bool:
        try:
            return self.ask("/")[0] == 200
        except OSError:
            return False


@contextmanager
def front(folder: Path, *gateways: Led) -> Iterator[Front]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    spec = ServiceSpec(image="registry.example/api:1", port=server.server_port)
    text, port = service_front.caddyfile(spec, gateways), free()
    for option in NEWER:
        text = text.replace(option, "")
    # Away from a port that others may have; the one for plain HTTP is not listened at.
    text = text.replace(f":{service_front.port(spec)}", f":{port}").replace("{\n", f"{{\n\thttps_port {port}\n", 1)
    (folder / "Caddyfile").write_text(text)
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [CADDY, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with (folder / "log").open("w") as log:
        proxy = subprocess.Popen(command, env=environment, stderr=log)
    try:
        it = Front(port)
        until(it.answers, 30, (folder / "log").read_text)
        yield it
    finally:
        proxy.terminate()
        proxy.wait(timeout=30)
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("front"), gateway(public=True)) as it:
        yield it


def test_a_service_learns_what_the_load_balancer_saw_and_nothing_that_a_visitor_made_up(public: Front) -> None:
    lies = dict.fromkeys(
        ("Forwarded", "X_Original_Url", "X_Rewrite_Url", "X_Forwarded_Prefix", "Proxy", "X_Tenant"), "/admin"
    )
    got = public.passed(
        X_Forwarded_For="1.1.1.1, 203.0.113.9", X_Forwarded_Proto="https", X_Forwarded_Host="evil.example",
        X_Forwarded_Port="443", **lies,
    )  # fmt: skip

    assert got["x-forwarded-for"] == "203.0.113.9"
    assert (got["x-forwarded-host"], got["x-forwarded-proto"]) == ("shop.example", "https")
    assert not {name.lower().replace("_", "-") for name in (*lies, "X_Forwarded_Port")} & set(got)


def test_a_visitor_who_claims_nothing_and_one_of_ipv6_are_told_too(public: Front) -> None:
    assert public.passed(X_Forwarded_For="203.0.113.9")["x-forwarded-for"] == "203.0.113.9"
    assert public.passed(X_Forwarded_For="10.0.0.1,2001:db8::9")["x-forwarded-for"] == "2001:db8::9"


def test_behind_a_cdn_the_visitor_is_the_one_before_cloudfront(tmp_path: Path) -> None:
    with front(tmp_path, gateway(public=False)) as it:
        assert it.passed(X_Forwarded_For="1.1.1.1, 203.0.113.9, 10.0.3.7")["x-forwarded-for"] == "203.0.113.9"
        assert it.passed(X_Forwarded_For="203.0.113.9, 10.0.3.7")["x-forwarded-for"] == "203.0.113.9"


def test_where_a_service_is_public_too_no_made_up_address_gets_through(tmp_path: Path) -> None:
    with front(tmp_path, gateway(public=False), gateway(public=True)) as it:
        assert it.passed(X_Forwarded_For="1.1.1.1, 203.0.113.9")["x-forwarded-for"] == "203.0.113.9"


@pytest.mark.parametrize(
    "path",
    [
        "/%61dmin/", "/%41dmin", "/a%2D", "/a%2fb", "/a%2Fb", "/%5fa", "/%7Ea", "/%30", "/a/../b", "/a/.", "/a/..",
        "/a/./b", "/%2e%2e/b", "/a/%2e%2E", "/a/..;/b", "/admin;x=1/", "/a\\b", "/a%5cb", "/a%00", "//admin/",
        "/a//b", "/a/..?x=1", "/%61dmin/x^", "/%61dmin/{x",
    ],
)  # fmt: skip
def test_a_path_that_a_service_may_read_as_another_is_answered_400(public: Front, path: str) -> None:
    assert public.ask(path)[0] == 400


@pytest.mark.parametrize(
    "path",
    [
        "/", "/orders/7?at=%61dmin;x//../%2f", "/caf%C3%A9/a%20b", "/users/a%40b.example", "/a..b/.well-known/x.y",
        "/a%25b", "/~me/a-b_c.d", "/a,b:c@d!$&'()*+=", "/.../a",
    ],
)  # fmt: skip
def test_any_other_path_reaches_it_as_it_was_written(public: Front, path: str) -> None:
    status, said = public.ask(path)
    assert (status, json.loads(said)["path"]) == (200, path)


REPORTS = '{"group": "default", "max_age": 60}'


def test_headers_that_a_load_balancer_does_not_know_stand_on_every_answer_in_place_of_the_services_own(
    tmp_path: Path,
) -> None:
    asked = {"Referrer_Policy": "same-origin", "Permissions_Policy": "camera=(), microphone=()", "Report_To": REPORTS}
    with front(tmp_path, gateway(public=True, **asked), gateway(public=True, Referrer_Policy="origin")) as it:
        answers = [it.answer("/"), it.answer("/a//b"), it.answer("/", Content_Length="9999999")]

    assert [answer.status for answer in answers] == [200, 400, 413]
    for answer in answers:
        found = [answer.headers.get_all(name.replace("_", "-")) for name in asked]
        assert found == [[value] for value in asked.values()]
    assert answers[0].headers["X-Own"] == "yes"


def test_where_a_gateway_says_no_headers_the_services_own_stand(public: Front) -> None:
    assert public.answer("/").headers.get_all("Referrer-Policy") == ["unsafe-url"]

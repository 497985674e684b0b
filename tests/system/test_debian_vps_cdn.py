"""A Cdn before a Gateway before a Service on a VPS: the containers as recorded, in a Docker of the test's own.

Needs root (or sudo) and the packages `docker.io`, `busybox-static` and `iproute2`; the wheel's nginx is all of the
servers. The edge's proxy is not Caddy: what it tells the Cdn of a visitor, the test tells.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from infra_kit import Cdn, Environment, Gateway, RateLimit, Service, Target
from infra_kit.components.gateway import SECURITY_HEADERS
from infra_kit.providers.local.servers.nginx import authorities
from infra_kit.providers.vps.settings import VpsSettings
from tests.system.docker_daemon import Docker, daemon, image, wheels_nginx, wire
from tests.system.recorded_docker import Stack

PROGRAMS = (
    "awk",
    "cat",
    "chown",
    "cp",
    "grep",
    "head",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "ps",
    "rm",
    "sed",
    "sh",
    "sleep",
)
MORE = ("test", "tr", "true", "wget")
NGINX = """\
#!/bin/sh
# The wheel's nginx has njs within, and no module to load.
case " $* " in *" -s "*) exec /bin/nginx-itself -e stderr -p /tmp "$@" ;; esac
for conf; do :; done
sed '/^load_module/d' "$conf" >/tmp/own.conf
exec /bin/nginx-itself -e stderr -p /tmp -c /tmp/own.conf
"""
SERVER = """\
cat >{folder}/it.conf <<'CONF'
daemon off; pid {folder}/pid; error_log stderr; events {{ worker_connections 1024; }}
http {{
 access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
 uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
 server {{ listen {listen}; location / {{ {answer} }} }}
}}
CONF
exec /bin/nginx-itself -e stderr -p {folder} -c {folder}/it.conf
"""
CADDY = '#!/bin/sh\n[ "$1" = run ] || exit 0\n' + SERVER.format(
    folder="/data", listen="127.0.0.1:2019", answer="return 200;"
)
TOLD = (
    'add_header Cache-Control "public, max-age=60"; add_header X-Frame-Options ALLOWALL; '
    'return 200 "$http_x_forwarded_for|$http_x_forwarded_proto|$http_host|$http_cookie";'
)
SERVICE = "#!/bin/sh\n" + SERVER.format(folder="/tmp", listen="3000", answer=TOLD)  # noqa: S108  its container's own
SETTINGS = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", bootstrap=False)


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    folder = tmp_path_factory.mktemp("docker")
    with wire() as inside, daemon(folder, inside=inside) as it:
        files = {
            "bin/nginx": NGINX,
            "bin/caddy": CADDY,
            "bin/service": SERVICE,
            "etc/ssl/certs/ca-certificates.crt": authorities(),
        }
        copies = {"bin/nginx-itself": wheels_nginx()}
        made = image(folder, programs=(*PROGRAMS, *MORE), owned=["tmp", "data"], files=files, copies=copies)
        it("import", "-", "test:1", stdin=made)
        yield it


@pytest.fixture(scope="module")
def stack(docker: Docker) -> Stack:
    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.STAGING, settings=SETTINGS)
        api = Service("api", target=target, image="api:1", command=["service"], port=3000)
        limits = [RateLimit(requests=3, per="1m")]
        inner = Gateway("inner", target=target, routes={"/*": api}, limits=limits, public=False)
        Cdn("edge", target=target, routes={"/*": inner}, domains=["www.example.com"])

    it = Stack(docker, {"": "test:1"})
    it.up(program)
    return it


def ask(stack: Stack, visitor: str, **headers: str) -> httpx.Response:
    """As the edge's proxy asks the Cdn for a visitor."""
    told = {"Host": "www.example.com", "X-Forwarded-For": visitor, "X-Forwarded-Proto": "https", **headers}
    return httpx.get(f"http://{stack.address('edge-cache')}:8080/me", headers=told, timeout=10)


def test_the_service_is_told_who_asks_and_by_what(stack: Stack) -> None:
    answer = ask(stack, "203.0.113.1", Cookie="sid=ann")

    forwarded, scheme, host, cookie = answer.text.split("|")
    assert forwarded.split(", ")[0] == "203.0.113.1"
    assert (scheme, host, cookie) == ("https", "www.example.com", "sid=ann")


def test_no_answer_is_given_to_another(stack: Stack) -> None:
    answers = [ask(stack, "203.0.113.2", Cookie=f"sid={user}").text for user in ("ann", "bob")]

    assert [answer.rpartition("|")[2] for answer in answers] == ["sid=ann", "sid=bob"]


def test_limits_count_each_visitor_by_his_own_address(stack: Stack) -> None:
    assert [ask(stack, "203.0.113.3").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert ask(stack, "203.0.113.4").status_code == 200


def test_a_container_that_is_not_the_cdn_is_refused(stack: Stack) -> None:
    told = {"X-Forwarded-For": "203.0.113.5", "X-Infra-Kit-Cdn": "guessed"}

    assert httpx.get(f"http://{stack.address('inner-server')}:8080/", headers=told, timeout=10).status_code == 403


def test_the_security_headers_stand_there_once(stack: Stack) -> None:
    answer = ask(stack, "203.0.113.6")

    said = [name.lower() for name, _ in answer.headers.multi_items()]
    assert {name: said.count(name.lower()) for name in SECURITY_HEADERS} == dict.fromkeys(SECURITY_HEADERS, 1)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"

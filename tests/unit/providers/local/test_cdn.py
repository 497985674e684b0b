"""Cdn on the local target: what is refused, and what nginx is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra_kit import Cdn, ObjectStore
from infra_kit.components.cdn import CdnSpec, Route
from infra_kit.errors import SpecError
from infra_kit.providers.common import nginx
from infra_kit.providers.common.nginx_routes import check_headers
from infra_kit.providers.local import cdn as driver
from infra_kit.providers.local.servers import nginx_conf
from infra_kit.testing import record
from tests.unit.lacking import gaps


def conf(routes: dict[str, dict[str, Any]], **changes: Any) -> str:
    settings: dict[str, Any] = {
        "routes": routes, "store_keys": {}, "gateway_trusts": {}, "domains": [], "response_headers": {},
        "compression": True, "release": "v1",
    }  # fmt: skip
    site = nginx_conf.Site(
        box="/box", ports=(20001, 20002), generation="abc", trust="secret", resolvers=["10.0.0.2"],
        fixed_hosts=frozenset({"localhost"}), props={**settings, **changes},
    )  # fmt: skip
    return nginx_conf.render(site)


def route(**changes: Any) -> dict[str, Any]:
    defaults = {"origin": "https://api.example.com", "ttl": 60.0, "headers": [], "cookies": [], "query": False}
    return {**defaults, **changes}


def test_the_key_of_a_bucket_is_a_secret_input_and_the_cache_is_no_stateful_resource() -> None:
    def program() -> None:
        files = ObjectStore("files")
        Cdn("edge", routes={"/*": Route(files, ttl="1h"), "/api/*": Route("http://localhost:3000", ttl="none")})

    made = record(program, config={"infra-kit:environment": "production"})
    server, store = made.named("edge-server"), made.named("files-server")

    assert server.secret_inputs == {"store_keys", "gateway_trusts"}
    assert set(server.inputs["store_keys"]) == {"/*"}
    assert server.inputs["routes"]["/*"]["ttl"] == 3600
    assert server.inputs["routes"]["/api/*"]["origin"] == "http://localhost:3000"
    assert store.urn in server.options.depends_on
    assert (server.options.protect, store.options.protect) == (False, True)


def test_nothing_that_a_spec_can_ask_is_a_gap() -> None:
    spec = CdnSpec(
        routes={"/*": Route("http://localhost:3000")},
        domains=("www.example.com",),
        response_headers={"X-Frame-Options": "DENY"},
        release="v1",
    )

    assert gaps(driver, spec) == {}


@pytest.mark.parametrize("header", ["Connection", "X-Infra-Kit-Cdn", "content-length"])
def test_headers_that_the_cdn_must_say_itself_cannot_be_forwarded(header: str) -> None:
    with pytest.raises(SpecError, match=f"Cdn 'edge': routes: /api/\\*: headers may not have {header}"):
        check_headers("edge", "/api/*", Route("http://localhost:3000", headers=(header,)))


def test_a_host_may_be_told_the_visitors_host_name() -> None:
    check_headers("edge", "/*", Route("http://localhost:3000", headers=("Host",)))

    assert "proxy_set_header Host $http_host;" in conf({"/*": route(headers=["host"])})


@pytest.mark.parametrize(
    ("pattern", "fits", "misses"),
    [
        ("/*", ["/", "/a/b"], ["a"]),
        ("/static/*.js", ["/static/a.js", "/static/b/c.js"], ["/static/a_js", "/static/a.js.map"]),
        ("/a+b$c/?", ["/a+b$c/x"], ["/aab$c/x", "/a+b$c/xy", "/a+b$c/"]),
    ],
)
def test_a_pattern_fits_whole_paths(pattern: str, fits: list[str], misses: list[str]) -> None:
    expression = nginx.regex(pattern).replace("\\z", "\\Z")

    assert [path for path in fits if not re.fullmatch(expression, path)] == []
    assert [path for path in misses if re.fullmatch(expression, path)] == []


def test_the_longest_pattern_comes_first() -> None:
    patterns = [pattern for pattern, _ in nginx.by_precedence({"/*": {}, "/b/*": {}, "/a/*": {}, "/a/b/*": {}})]

    assert patterns == ["/a/b/*", "/a/*", "/b/*", "/*"]


def test_a_header_value_cannot_leave_its_quotes_or_name_a_variable() -> None:
    assert nginx.quote('a "b" \\ $uri') == '"a \\"b\\" \\\\ ${dollar}uri"'


def test_names_are_looked_up_again_and_again_but_those_of_this_machine_once() -> None:
    text = conf({"/a": route(), "/b": route(origin="http://localhost:3000"), "/c": route(origin="http://127.0.0.1:1")})

    assert "server api.example.com:443 resolve;" in text
    assert "server localhost:3000;" in text
    assert "server 127.0.0.1:1;" in text


def test_what_is_never_kept_has_no_cache() -> None:
    text = conf({"/api/*": route(ttl=None)})

    assert "proxy_cache off;" in text
    assert "proxy_cache_key" not in text


def test_the_release_and_all_that_is_forwarded_are_in_the_cache_key() -> None:
    text = conf({"/*": route(headers=["Accept-Language"], cookies=["sid"], query=True)})

    assert (
        'proxy_cache_key "v1 https://api.example.com/ $raw_path\\n$args\\n$forwarded_cookies\\n$http_accept_language";'
        in text
    )

"""Connection URLs that users bring."""

from __future__ import annotations

import pulumi
import pytest

from infra_kit import connection_urls
from infra_kit.errors import SpecError
from infra_kit.recording import Recording
from infra_kit.testing import record


def read(url: str, *, as_output: bool = False) -> Recording:
    def program() -> None:
        given = pulumi.Output.from_input(url) if as_output else url
        parts = connection_urls.read("Nats 'bus': url", given, {"nats": 4222, "tls": 4443})
        for name in ("url", "scheme", "host", "port", "username", "password", "path"):
            pulumi.export(name, getattr(parts, name))

    return record(program)


def test_every_part_is_there_unescaped() -> None:
    assert read("tls://us%40er:p%2Fw@bus.internal:4223/a%20b?x=1").exports == {
        "url": "tls://us%40er:p%2Fw@bus.internal:4223/a%20b?x=1",
        "scheme": "tls",
        "host": "bus.internal",
        "port": 4223,
        "username": "us@er",
        "password": "p/w",
        "path": "a b",
    }


def test_what_a_url_leaves_out_is_the_default_port_and_no_password() -> None:
    exports = read("nats://user@bus/main").exports
    assert (exports["port"], exports["password"]) == (4222, "")


def test_another_scheme_has_another_port() -> None:
    assert read("tls://user@bus/main").exports["port"] == 4443


def test_the_url_and_the_password_are_secret_and_where_the_server_is_is_not() -> None:
    assert read("nats://user:pw@bus/main").secret_exports == {"url", "password"}
    assert read("nats://user:pw@bus/main", as_output=True).secret_exports == {"url", "password"}


@pytest.mark.parametrize(
    "url", ["http://user:hunter2@bus/main", "nats://user:hunter2@bus:0/main", "nats://user:hunter2@bus"]
)
def test_another_url_is_refused_with_the_form_that_is_needed_and_not_shown(url: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(url)
    assert str(refused.value).startswith("Nats 'bus': url: the one given (not shown, it holds a password)")
    assert "nats://user:password@host:port/name" in str(refused.value)
    assert "hunter2" not in str(refused.value)

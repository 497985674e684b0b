from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Cdn, Gateway, Panel, Postgres, Redis, Service
from infra_kit.engine.connect import reached, run, variables
from infra_kit.engine.connections import Connection
from infra_kit.errors import ConfigError, TunnelError
from infra_kit.testing import record
from tests.unit.tunnels import state as state_of

SECRET = r"canary:55\12"
URL = f"postgresql://app:{SECRET}@db-server:5432/shop?sslmode=require"
DATABASE = Connection(
    "order-db",
    "Postgres",
    {
        "host": "db-server",
        "port": 5432,
        "database": "shop",
        "username": "app",
        "password": SECRET,
        "url": URL,
        "reader_url": URL.replace("db-server", "db-replica-1"),
        "reader_urls": [URL.replace("db-server", "db-replica-1")],
        "pooled_url": URL.replace("5432", "6432"),
        "ca_certificate": None,
    },
    frozenset({"password", "url", "reader_url", "reader_urls", "pooled_url"}),
)


def state(target: str, host: str, port: int) -> dict[str, Any]:
    urn = f"urn:pulumi:s::p::infra-kit:index:Redis::{target}"
    outputs = {"host": host, "port": port, "url": f"redis://{host}:{port}/0"}
    return {
        "resources": [
            {"urn": urn, "type": "infra-kit:index:Redis", "outputs": outputs},
            {"urn": f"urn:pulumi:s::p::other::{target}-server", "type": "other:index:It", "parent": urn},
        ]
    }


def test_through_a_tunnel_all_that_led_to_the_component_leads_to_this_machine_and_the_rest_is_gone() -> None:
    it = DATABASE.at("127.0.0.1", 6001)
    assert (it.fields["host"], it.fields["port"]) == ("127.0.0.1", 6001)
    assert it.fields["url"] == f"postgresql://app:{SECRET}@127.0.0.1:6001/shop?sslmode=require"
    assert not {"reader_url", "reader_urls", "pooled_url"} & set(it.fields)
    assert SECRET not in it.how
    assert SECRET in it.clear_how


def test_what_is_on_this_machine_needs_no_tunnel() -> None:
    with reached(state("cache", "127.0.0.1", 6000), "cache", None, print) as (found, wait):
        assert (found.address, wait) == ("127.0.0.1:6000", None)


def test_a_database_that_stood_already_is_reached_where_its_url_says() -> None:
    config = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
    made = record(lambda: Postgres.existing("db", url=URL), config=config)
    with reached(state_of(made), "db", None, print) as (found, wait):
        assert (found.address, wait) == ("db-server:5432", None)
        assert found.clear("url") == URL


def test_a_port_for_what_needs_no_tunnel_is_refused() -> None:
    with (
        pytest.raises(ConfigError, match=r"--port 7000: cache needs no tunnel, it is reached at 127\.0\.0\.1:6000"),
        reached(state("cache", "127.0.0.1", 6000), "cache", 7000, print),
    ):
        pass


SETTINGS = {
    "local": {},
    "vps": {"host": "vps-1.example.com", "host_key": "ssh-ed25519 AAAA", "bootstrap": False},
    "aws": {},
    "gcp": {"project": "shop-staging"},
}


def edges(target: str, *, public: bool) -> dict[str, Any]:
    def program() -> None:
        api = Service("api", image="docker.io/library/nginx:1", command=["api"])
        inner = Gateway("inner", routes={"/*": api}, public=public)
        if not public:
            Cdn("edge", routes={"/*": inner}, domains=["www.example.com"])

    config = {"infra-kit:target": target, "infra-kit:environment": "staging", f"infra-kit:{target}": SETTINGS[target]}
    region = {} if target in ("local", "vps") else {"infra-kit:region": "europe-west1"}
    return state_of(record(program, config=config | region))


@pytest.mark.parametrize("target", SETTINGS)
def test_a_gateway_that_only_its_cdn_reaches_is_refused_and_the_cdn_named(target: str) -> None:
    with (
        pytest.raises(TunnelError, match=r"Gateway 'inner': .*public=False.* Cdn 'edge' alone.*show edge url.*Service"),
        reached(edges(target, public=False), "inner", None, print),
    ):
        pass


def test_a_gateway_that_is_public_is_reached_as_visitors_reach_it() -> None:
    with reached(edges("vps", public=True), "inner", None, print) as (found, wait):
        assert (found.address, wait) == ("vps-1.example.com:443", None)


def panel(**asked: Any) -> dict[str, Any]:
    config = {"infra-kit:target": "vps", "infra-kit:environment": "staging", "infra-kit:vps": SETTINGS["vps"]}
    return state_of(record(lambda: Panel("panel", of=[Redis("cache")], **asked), config=config))


def test_a_panel_with_a_name_is_reached_as_a_browser_does() -> None:
    with reached(panel(domains=["panel.example.com"]), "panel", None, print) as (found, wait):
        assert (found.address, wait) == ("panel.example.com:443", None)


def test_what_no_installed_target_made_is_told() -> None:
    with (
        pytest.raises(ConfigError, match="cache: none of the targets that are installed here made it"),
        reached(state("cache", "cache.internal", 6000), "cache", None, print),
    ):
        pass


def test_a_command_gets_the_variables_of_a_link_and_those_of_its_client(tmp_path: Path) -> None:
    told = variables(DATABASE, tmp_path)
    assert told["ORDER_DB_URL"] == URL
    assert (told["ORDER_DB_PORT"], told["PGPORT"]) == ("5432", "5432")
    assert (told["PGHOST"], told["PGUSER"], told["PGDATABASE"]) == ("db-server", "app", "shop")
    assert told["PGSSLMODE"] == "require"
    file = Path(told["PGPASSFILE"])
    assert file.read_text() == "*:*:*:*:canary\\:55\\\\12\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_commands_exit_code_is_given_back_and_its_files_are_gone(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = f"import json, os; open({str(seen)!r}, 'w').write(json.dumps(dict(os.environ))); raise SystemExit(7)"
    assert run(DATABASE, [sys.executable, "-c", program]) == 7
    told = json.loads(seen.read_text())
    assert told["ORDER_DB_HOST"] == "db-server"
    assert not Path(told["PGPASSFILE"]).exists()


def test_a_command_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="no-such-program: No such file"):
        run(DATABASE, ["no-such-program"])

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit.engine.connections import Connection, components, connections, exports, find, masked_url
from infra_kit.errors import ConfigError

CANARY = "canary-5512"


def secret(value: Any) -> dict[str, str]:
    """A secret as `pulumi stack export --show-secrets` writes it."""
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": json.dumps(value),
    }


def state(*components: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    resources: list[dict[str, Any]] = [
        {"urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "type": "pulumi:pulumi:Stack"}
    ]
    for kind, name, outputs in components:
        token = f"infra-kit:index:{kind}"
        resources.append({"urn": f"urn:pulumi:s::p::{token}::{name}", "type": token, "outputs": outputs})
    return {"resources": resources}


POSTGRES = {
    "host": "127.0.0.1",
    "port": 21003,
    "username": "app",
    "password": secret(CANARY),
    "url": secret(f"postgresql://app:{CANARY}@127.0.0.1:21003/shop?sslmode=require"),
}
BUCKET = {
    "bucket": "files-x1",
    "s3_endpoint": "http://127.0.0.1:21010",
    "access_key": "AKIA",
    "secret_key": secret(CANARY),
    "force_path_style": True,
}


def only(kind: str, outputs: dict[str, Any]) -> Connection:
    return connections(state((kind, "it", outputs)))[0]


def test_a_database_shows_its_address_and_a_url_without_its_password() -> None:
    it = only("Postgres", POSTGRES)
    assert (it.name, it.type, it.address) == ("it", "Postgres", "127.0.0.1:21003")
    assert it.how == "postgresql://app:••••@127.0.0.1:21003/shop?sslmode=require"


def test_a_bucket_shows_its_endpoint_and_its_name() -> None:
    assert only("ObjectStore", BUCKET).how == "http://127.0.0.1:21010/files-x1"


def test_a_provider_of_accounts_shows_its_issuer() -> None:
    row = only("Auth", {"issuer": "http://127.0.0.1:21020", "password": secret(CANARY)})
    assert (row.address, row.how) == ("127.0.0.1:21020", "http://127.0.0.1:21020")


def test_a_component_without_a_url_shows_its_fields_and_masks_the_secret_ones() -> None:
    it = only("Redis", {"host": "10.0.0.4", "port": 6379, "password": secret(CANARY)})
    assert it.address == "10.0.0.4:6379"
    assert it.how == "host=10.0.0.4, port=6379, password=••••"


@pytest.mark.parametrize("outputs", [POSTGRES, BUCKET, {"host": "h", "url": secret(f"nats://{CANARY}@h:4222")}])
def test_no_secret_shows_in_any_column(outputs: dict[str, Any]) -> None:
    it = only("Postgres", outputs)
    assert CANARY not in it.how + it.address
    assert all(CANARY not in it.masked(field) for field in it.fields)


def test_a_secret_inside_a_mapping_makes_the_whole_field_secret() -> None:
    it = only("EventBus", {"url": "nats://h:4222", "consumers": {"mail": secret(f"nats://mail:{CANARY}@h:4222")}})
    assert it.masked("consumers") == "••••"
    assert it.fields["consumers"] == {"mail": f"nats://mail:{CANARY}@h:4222"}


def test_what_has_no_address_is_no_row_and_rows_are_sorted_by_name() -> None:
    network = ("Network", "local-network", {"id": "lo", "cidr": "127.0.0.0/8"})
    rows = connections(state(network, ("Redis", "cache", POSTGRES), ("Postgres", "a-db", POSTGRES)))
    assert [row.name for row in rows] == ["a-db", "cache"]


def test_an_empty_stack_has_no_rows() -> None:
    assert connections({}) == []


def test_what_is_exported_is_read_from_the_stack_itself_in_clear_and_masked() -> None:
    there = state(("Secret", "keys", {"value": secret(CANARY)}))
    assert exports(there).fields == {}
    there["resources"][0]["outputs"] = {"replicas": [1, 2], "database_url": POSTGRES["url"]}
    assert exports(there).clear("replicas") == exports(there).masked("replicas") == "[1, 2]"
    assert exports(there).masked("database_url") == "postgresql://app:••••@127.0.0.1:21003/shop?sslmode=require"
    assert [one.name for one in components(there)] == ["keys"]
    assert exports({}).fields == {}


def test_show_finds_a_component_and_has_its_secrets_in_clear() -> None:
    assert find(state(("Postgres", "db", POSTGRES)), "db").fields["password"] == CANARY


def test_show_finds_what_is_not_connected_to_and_a_secret_in_clear() -> None:
    """The value of a Secret is what its users look for, and the records of a zone are set by hand."""
    keys = ("Secret", "keys", {"value": secret(CANARY), "reference": "/run/secrets/keys"})
    zone = ("Domain", "zone", {"domain": "shop.example", "to_set": ["shop.example. 300 IN A 203.0.113.7"]})
    there = state(keys, zone)
    assert find(there, "keys").clear("value") == CANARY
    assert find(there, "keys").masked("value") == "••••"
    assert json.loads(find(there, "zone").clear("to_set")) == ["shop.example. 300 IN A 203.0.113.7"]


@pytest.mark.parametrize(
    ("field", "printed"),
    [
        ("url", f"nats://app:{CANARY}@h:4222"),
        ("port", "4222"),
        ("tls", "false"),
        ("ca_certificate", "null"),
        ("consumers", '{"mail": "lead.created"}'),
    ],
)
def test_a_field_for_scripts_is_its_text_or_json(field: str, printed: str) -> None:
    url = secret(f"nats://app:{CANARY}@h:4222")
    more = {"tls": False, "ca_certificate": None, "consumers": {"mail": "lead.created"}}
    assert only("EventBus", {"url": url, "port": 4222, **more}).clear(field) == printed


def test_show_of_an_unknown_field_lists_the_fields_there_are() -> None:
    with pytest.raises(ConfigError, match=r"'it' has no field 'uri'. Fields: host, port, username, password, url\."):
        only("Postgres", POSTGRES).clear("uri")


def test_show_of_an_unknown_name_lists_the_names_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no component 'dx'. Components: db"):
        find(state(("Postgres", "db", POSTGRES)), "dx")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:pw@h:1", "redis://:••••@h:1"),
        ("nats://token@h:1", "nats://••••@h:1"),
        ("https://h/p?sig=abc&tls=true", "https://h/p?sig=••••&tls=true"),
        ("postgres://u:p@h/d?sslmode=require#frag", "postgres://u:••••@h/d?sslmode=require"),
        ("no url at all", "••••"),
        ("file:///home/me/shop/.infra-kit/alerts/alerts.json", "file:///home/me/shop/.infra-kit/alerts/alerts.json"),
        ("https://cdn.example.org", "https://cdn.example.org"),
    ],
)
def test_a_url_keeps_all_but_its_secrets(url: str, shown: str) -> None:
    assert masked_url(url) == shown

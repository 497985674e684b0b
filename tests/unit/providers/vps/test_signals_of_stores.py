"""How a host measures documents, search and mail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit import Alerts, DocumentStore, Mailer, Panel, Rule, Search
from infra_kit.component import Component
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.signals import Signal
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import TARGET, file, told

STORES = ("docs", "search")


def made() -> list[Component[Any, Any]]:
    return [DocumentStore("docs", target=TARGET, memory_gb=2), Search("search", target=TARGET, version="3")]


def watched(**rules: Rule) -> Recording:
    return record(lambda: Alerts("alerts", target=TARGET, watch=made(), rules=rules))


def expressions(recorded: Recording) -> dict[tuple[str, str], str]:
    """By component and signal."""
    groups = told(recorded, "alerts-rules")["rules"]["groups"]
    rules = [rule for group in groups for rule in group["rules"] if "component" in rule.get("labels", {})]
    return {(it["labels"]["component"], it["labels"]["signal"]): it["expr"] for it in rules}


@pytest.mark.parametrize("name", STORES)
def test_what_docker_knows_of_a_store_is_an_alert(name: str) -> None:
    down = Rule(signal=Signal.UPTIME, below=100)
    others = {it.value: Rule(signal=it, above=80) for it in (Signal.CPU, Signal.MEMORY, Signal.DISK)}
    found = expressions(watched(down=down, **others))
    its = f'{{component="{name}",part=~"{name}-(server)"}}'
    assert f"infra_kit_container_well{its}" in found[name, "uptime"]
    assert f"infra_kit_container_cpu_seconds_total{its}" in found[name, "cpu"]
    assert f"infra_kit_container_memory_bytes{its}" in found[name, "memory"]
    assert "infra_kit_disk_used_bytes" in found[name, "disk"]


def test_how_many_connections_documents_have_is_a_gap_with_a_way_out() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"signal:document-store.connections.*serverStatus"):
        watched(full=Rule(signal=Signal.CONNECTIONS, above=80))


def test_a_relay_is_its_operators_to_measure() -> None:
    def program() -> None:
        mail = Mailer("mail", target=TARGET, domain="mail.example.com")
        Alerts("alerts", target=TARGET, watch=[mail], rules={"bad": Rule(signal=Signal.BOUNCES, above=4)})

    with pytest.raises(UnsupportedFeatureError, match="what becomes of mail its operator tells"):
        record(program)


def test_a_panel_shows_how_stores_are_and_what_runs_there_and_looks_for_no_server_of_a_relays() -> None:
    def program() -> None:
        Panel("panel", target=TARGET, of=[*made(), Mailer("mail", target=TARGET, domain="mail.example.com")])

    shown = json.loads(file(record(program), "panel-server", "told.json"))
    assert shown["states"].keys() == set(STORES)
    assert all("infra_kit_container_well" in it for it in shown["states"].values())
    versions = {it["name"]: it["version"] for it in shown["facts"]["parts"]}
    assert versions == {"docs": "MongoDB 8.0.32", "search": "OpenSearch 3.8.0", "mail": ""}

"""What seeds/002 asks, in the stacks of Founder Diary as they are configured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest

from infra_kit.planning.costs import cost
from infra_kit.testing import Recording
from tests.planned_phases import planned
from tests.unit.stacks.recorded import stack_of

PHASES = ("1", "2")
KINDS = "infra-kit:index:"


def production(phase: str, **more: Any) -> Recording:
    return stack_of("founder-diary-production", phase, **more)


def development(phase: str) -> Recording:
    return stack_of("founder-diary-development", phase)


def environment(stack: Recording, component: str) -> dict[str, str]:
    """What a program on a VPS is told, secrets too."""
    plain = dict(line.split("=", 1) for line in stack.named(f"{component}-instance-1").inputs["envs"])
    exports = files(stack, f"{component}-files")["secrets"].splitlines()
    return plain | dict(line.removeprefix("export ").split("=", 1) for line in exports)


def files(stack: Recording, holder: str) -> dict[str, str]:
    """By name, what a container is given."""
    return {it["file"].rpartition("/")[2]: it["content"] for it in stack.named(holder).inputs["uploads"]}


def panel(stack: Recording) -> dict[str, Mapping[str, Any]]:
    """Its parts by name, on a VPS."""
    facts = json.loads(files(stack, "panel-server-files")["told.json"])["facts"]
    return {part["name"]: part for part in facts["parts"]}


def names(stack: Recording, kind: str) -> set[str]:
    return {it.name for it in stack.of_type(f"{KINDS}{kind}")}


@pytest.mark.parametrize("phase", PHASES)
def test_the_application_has_its_database_cache_and_files(phase: str) -> None:
    told = environment(production(phase), "app")
    assert told["DB_URL"].endswith("@db-server:5432/founder_diary")
    assert told["CACHE_URL"].startswith("redis://app__cache:")
    assert {"FILES_BUCKET", "FILES_ACCESS_KEY", "FILES_SECRET_KEY"} <= told.keys()


@pytest.mark.parametrize("phase", PHASES)
def test_better_auth_signs_with_a_secret_of_its_own_and_knows_where_it_is(phase: str) -> None:
    stack = production(phase)
    assert environment(stack, "app")["BETTER_AUTH_URL"] == "https://app.founderdiary.example"
    assert "BETTER_AUTH_SECRET" in environment(stack, "app")
    assert "BETTER_AUTH_SECRET" not in "".join(stack.named("app-instance-1").inputs["envs"])


@pytest.mark.parametrize("phase", PHASES)
def test_only_the_edge_is_reached_from_outside_and_its_names_have_certificates(phase: str) -> None:
    stack = production(phase)
    published = {it.name: it.inputs["ports"] for it in stack.resources if it.inputs.get("ports")}
    assert published == {"vps-edge-proxy": [{"internal": port, "external": port} for port in (80, 443)]}
    site = stack.named("edge-site").inputs["create"] + str(stack.named("edge-site").inputs.get("stdin", ""))
    assert "app.founderdiary.example" in site
    assert "http://app.founderdiary.example" not in site


@pytest.mark.parametrize("phase", PHASES)
def test_pgadmin_listens_at_the_port_of_the_seed(phase: str) -> None:
    assert environment(production(phase), "pgadmin")["PORT"] == "5050"


@pytest.mark.parametrize("phase", PHASES)
def test_every_store_is_copied_each_night_to_another_place_and_proven_each_month(phase: str) -> None:
    stack = production(phase)
    asked = {it.name: cast(Any, it.spec) for it in stack.components}
    stores = {"db", "cache", "files"} | ({"queue", "exports"} if phase == "2" else set())
    assert {it.name for it in asked["backup"].of} == stores
    assert asked["backup"].schedule == "0 3 * * *"
    assert "remote = store:founder-diary-copies/" in files(stack, "backup-cache-copy-files")["rclone.conf"]
    assert asked["drill"].schedule == "0 5 1 * *"
    assert not [line for line in stack.warnings if "no copy away" in line]


@pytest.mark.parametrize("phase", PHASES)
def test_the_databases_log_leaves_the_host_by_pgbackrest(phase: str) -> None:
    stack = production(phase)
    assert "founder-diary-backups" in files(stack, "db-backup-files")["pgbackrest.conf"]
    assert stack.named("db-archive")


@pytest.mark.parametrize("phase", PHASES)
def test_each_line_is_kept_for_a_month_and_goes_to_axiom(phase: str) -> None:
    stack = production(phase)
    (told,) = (it.inputs for it in stack.resources if it.name == "logs-told")
    assert '"keep": 30' in told["stdin"]
    assert "/v1/ingest/founder-diary" in told["stdin"]
    assert "logs-told" in {it.name for it in stack.resources if "stdin" in it.secret_inputs}


@pytest.mark.parametrize("phase", PHASES)
def test_what_is_wrong_is_mailed(phase: str) -> None:
    told = files(production(phase), "alerts-manager-files")
    assert "ops@founderdiary.example" in "".join(told.values())
    rules = production(phase).named("alerts-rules").inputs["stdin"]
    for rule in ("down", "errors", "disk", "backup-age", "drill-age", "certificate"):
        assert rule in rules


@pytest.mark.parametrize("phase", PHASES)
def test_whether_a_host_is_there_at_all_it_cannot_tell_itself_and_says_so(phase: str) -> None:
    assert any("outside-checks is left out" in line for line in production(phase).warnings)


def test_the_database_of_phase_2_has_vectors_and_a_pooler() -> None:
    stack = production("2")
    assert environment(stack, "app")["DB_POOLED_URL"].endswith("@db-pooler:6432/founder_diary")
    assert development("2").named("db-server").inputs["extensions"] == ["vector"]
    assert "CREATE EXTENSION" in stack.named("db-settings").inputs["stdin"]


def test_sso_is_the_applications_from_phase_2_on() -> None:
    sso = {
        "founder-diary:sso": json.dumps({"issuer": "https://login.example", "client_id": "diary"}),
        "founder-diary:sso-client-secret": "recorded-sso",
    }
    told = environment(production("2", **sso), "app")
    assert (told["SSO_ISSUER"], told["SSO_CLIENT_ID"]) == ("https://login.example", "diary")
    assert told["SSO_CLIENT_SECRET"] == "recorded-sso"
    assert "SSO_ISSUER" not in environment(production("1", **sso), "app")
    assert "SSO_ISSUER" not in environment(production("2"), "app")


def test_postgrest_reads_what_stands_in_one_schema_and_nothing_else() -> None:
    told = environment(production("2"), "postgrest")
    assert told["PGRST_DB_SCHEMAS"] == "api"
    assert told["PGRST_DB_URI"].startswith("postgresql://postgrest__db:")
    assert told["PGRST_DB_ANON_ROLE"] == "postgrest__db"
    role = development("2").named("postgrest-link-db").inputs["rights"]
    assert role["access"] == "read"


def test_directus_has_a_database_of_its_own_and_its_uploads_in_the_store() -> None:
    stack = production("2")
    told = environment(stack, "directus")
    assert (told["DB_DATABASE"], told["DB_USER"]) == ("directus", "directus__db")
    assert told["PUBLIC_URL"] == "https://content.founderdiary.example"
    assert {"STORAGE_S3_KEY", "STORAGE_S3_SECRET", "STORAGE_S3_ENDPOINT", "SECRET", "ADMIN_PASSWORD"} <= told.keys()
    key = development("2").named("directus-link-storage-s3").inputs["rights"]
    assert key["prefix"] == "directus/"
    assert stack.exports["dns_records"] == [
        f"{name}.founderdiary.example. 300 IN A 203.0.113.10" for name in ("app", "content", "data")
    ]


def test_no_job_is_evicted_from_the_queue() -> None:
    stack = development("2")
    assert stack.named("queue-server").inputs["eviction"] == "noeviction"
    assert environment(production("2"), "worker")["QUEUE_URL"].startswith("redis://worker__queue:")


def test_prometheus_grafana_and_the_databases_exporter_stand_on_the_host() -> None:
    stack = production("2")
    for server in ("vps-monitoring-prometheus", "vps-grafana-server", "vps-monitoring-of-db-exporter"):
        assert stack.named(server)


@pytest.mark.parametrize("console", ["pgadmin", "redis-commander", "object-console", "directus", "board"])
def test_a_console_is_on_the_panel_with_a_way_to_it(console: str) -> None:
    parts = panel(production("2"))
    assert parts[console].get("way") == f"infra-kit connect {console}"
    (told,) = (it for it in development("2").named("panel-server").inputs["facts"]["parts"] if it["name"] == console)
    assert told["url"].startswith("http://127.0.0.1:")


def test_the_panel_has_what_is_published_as_a_link() -> None:
    parts = panel(production("2"))
    found = {name: parts[name]["url"] for name in ("edge", "content", "data")}
    assert found == {
        "edge": "https://app.founderdiary.example",
        "content": "https://content.founderdiary.example",
        "data": "https://data.founderdiary.example",
    }


def test_the_panel_shows_credentials_of_stores_and_what_is_copied() -> None:
    parts = panel(production("2"))
    assert {"db", "cache", "queue", "files", "exports", "alerts", "backup", "drill", "site"} <= parts.keys()
    for store in ("db", "cache", "queue"):
        assert parts[store]["credentials"] == ["password"]


def test_the_consoles_of_stores_get_their_passwords_in_no_argument() -> None:
    stack = production("2")
    for console in ("redis-commander", "object-console"):
        instance = stack.named(f"{console}-instance-1").inputs
        assert "recorded-password" not in json.dumps([instance["command"], instance["envs"]])
    assert environment(stack, "redis-commander")["PORT"] == "6380"
    assert {"ACCESS_KEY_ID", "SECRET_ACCESS_KEY"} <= environment(stack, "object-console").keys()


@pytest.mark.parametrize(("phase", "euros"), [("1", 55), ("2", 310)])
def test_a_phase_is_held_to_what_its_seed_allows_a_month(phase: str, euros: int) -> None:
    (budget,) = (cast(Any, it.spec) for it in production(phase).components if it.name == "budget")
    assert (budget.monthly, budget.currency) == (euros, "EUR")
    bill = cost(planned("founder-diary", phase))
    assert bill.currency == "USD"
    assert bill.total < euros, "a dollar is less than a euro"


def test_what_is_bought_elsewhere_is_on_the_bill_once() -> None:
    assert names(production("1"), "ExternalService") == {"domain-name"}
    assert names(production("2"), "ExternalService") == {"domain-name", "axiom"}
    assert not names(development("2"), "ExternalService")

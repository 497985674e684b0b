"""The products of stacks/, brought up from this repository as `make up` does."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest

from infra_kit.providers.local import inventory
from stacks.founder_diary import pgadmin_installed
from stacks.zuclubit.services import SERVICES
from tests.live import zuclubit as zuclubit_client
from tests.live.stacks.product import REPOSITORY, Product, cloned, stopped_at_the_end
from tests.live.stacks.stores import KEPT, Database
from tests.live.stacks.way import Way
from tests.shop import INFRA_KIT, Shop

EXAMPLE = REPOSITORY / "docs" / "examples" / "another_stack"
ZUCLUBIT, FOUNDER_DIARY = "zuclubit-development", "founder-diary-development"

Products = Mapping[str, Product]


@pytest.fixture(scope="module")
def clone() -> Iterator[Path]:
    with cloned() as clone:
        yield clone


@pytest.fixture(scope="module")
def products(cli: Path, clone: Path) -> Iterator[Products]:
    pgadmin_installed.installed()  # once a machine, in minutes: more than a test waits for
    made = {name: Product(clone, cli, name=name) for name in (ZUCLUBIT, FOUNDER_DIARY)}
    with stopped_at_the_end(*made.values()):
        yield made


@pytest.fixture(scope="module")
def before(clone: Path) -> Mapping[str, bytes]:
    """The clone's files, before any `up`."""
    return _files(clone)


@pytest.fixture(scope="module")
def ups(before: Mapping[str, bytes], products: Products) -> Mapping[str, subprocess.CompletedProcess[str]]:
    """Both products, up, and what was said of each."""
    done = {name: product.try_up() for name, product in products.items()}
    for up in done.values():
        assert up.returncode == 0, up.stderr
    return done


@pytest.mark.usefixtures("ups")
def test_two_products_stand_side_by_side_answer_and_leave_the_clone_clean(
    products: Products, clone: Path, before: Mapping[str, bytes]
) -> None:
    zuclubit, diary = products[ZUCLUBIT], products[FOUNDER_DIARY]
    data = ["auth", "cache", "db", "docs", "edge", "events", "files", "gateway", "invoices"]
    beside = ["alerts", "archive", "backup", "drill", "local-traces", "logs", "migrate", "site"]
    boards = ["engineering", "executive", "sales"]
    assert sorted(zuclubit.servers()) == sorted([*SERVICES, *data, *beside, *boards])
    assert sorted(diary.servers()) == [
        "alerts", "app", "backup", "better-auth-secret", "cache", "db", "drill", "edge", "files", "logs", "migrate",
        "pgadmin", "pgadmin-password", "site",
    ]  # fmt: skip
    assert zuclubit.runs()
    assert diary.runs()
    addresses = [server.address for each in (zuclubit, diary) for server in each.servers().values() if server.address]
    assert len(set(addresses)) == len(addresses)
    assert diary.ask("edge", "/health").text == "ok\n"
    assert {"DB_URL", "CACHE_URL", "FILES_BUCKET"} <= set(diary.ask("edge", "/").json())
    assert zuclubit.ask("gateway", "/leads/1").status_code == 401  # ZU-2: no token, no tenant
    assert zuclubit.ask("gateway", "/webhooks/whatsapp").status_code == 200
    assert _files(clone) == before


@pytest.mark.usefixtures("ups")
def test_two_tenants_of_zuclubit_see_their_own_rows_alone_and_nobody_sees_any(products: Products) -> None:
    """ZU-3: as the migrations leave the tables, for a service as it is linked."""
    zuclubit, url = products[ZUCLUBIT], products[ZUCLUBIT].outputs["database_url"]
    one, two = uuid4(), uuid4()
    with psycopg.connect(url) as owner:
        for who in (one, two):
            owner.execute("INSERT INTO tenants (id, name) VALUES (%s, 'a customer')", [who])
    lead = zuclubit_client.as_linked(url, zuclubit.home / ZUCLUBIT / "db", "lead")
    with psycopg.connect(lead, autocommit=True) as service:
        for who in (one, two, two):
            zuclubit_client.works(service, who)
        seen = [zuclubit_client.sees(service, who) for who in (one, two, None, uuid4())]
        with service.transaction():
            zuclubit_client.tenant(service, one)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                service.execute("INSERT INTO leads (tenant_id) VALUES (%s)", [two])
    assert seen == [[1, 1, 1, 1], [1, 2, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0]]


@pytest.mark.usefixtures("ups")
def test_who_logs_in_at_zuclubit_gets_through_its_edge(products: Products) -> None:
    """ZU-2, ZU-8"""
    zuclubit = products[ZUCLUBIT]
    told = json.loads(zuclubit.run("show", "auth", "--json", "--stack", ZUCLUBIT).stdout)
    token = zuclubit_client.logged_in(told)
    answers = [zuclubit.ask("gateway", "/leads/1", token=it).status_code for it in (token, f"{token}x", "")]
    assert answers == [200, 401, 401]


ADMINISTERS = """
import os, re, httpx
with httpx.Client(base_url=os.environ["PGADMIN_URL"], follow_redirects=True, timeout=60) as browser:
    token = re.search('csrfToken": "([^"]+)"', browser.get("/login").text)[1]
    login = {"email": "admin@example.com", "password": os.environ["PASSWORD"], "internal_button": "Login"}
    browser.post("/authenticate/login", data={"csrf_token": token, **login})
    token = re.search("csrf_token'?\\]? ?= ?'([^']+)'", browser.get("/browser/js/utils.js").text)[1]
    print(browser.post("/browser/server/connect/1/1", headers={"X-pgA-CSRFToken": token}).json())
"""


@pytest.mark.usefixtures("ups")
def test_the_console_of_a_database_is_opened_by_connect_and_no_edge_leads_to_it(
    products: Products, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = products[FOUNDER_DIARY]
    password = product.run("show", "pgadmin-password", "value", "--stack", FOUNDER_DIARY).stdout.strip()
    monkeypatch.setenv("PASSWORD", password)
    done = product.run("connect", "pgadmin", "--stack", FOUNDER_DIARY, "--", sys.executable, "-c", ADMINISTERS)
    assert done.returncode == 0, done.stderr
    assert "'connected': True" in done.stdout
    assert "pgAdmin" not in product.ask("edge", "/login").text


def test_zuclubit_goes_to_its_second_phase_and_back_in_place_and_says_each_time_what_it_does_without(
    products: Products, ups: Mapping[str, subprocess.CompletedProcess[str]]
) -> None:
    zuclubit = products[ZUCLUBIT]
    way, said = Way.begins(zuclubit, "/webhooks/whatsapp"), [ups[ZUCLUBIT].stderr]
    way.there("2")
    said.append(zuclubit.said.stderr)
    way.back()
    said.append(zuclubit.said.stderr)
    assert all("ObjectStore 'invoices': archive is left out" in each for each in said)


@pytest.mark.usefixtures("ups")
def test_founder_diary_goes_to_its_second_phase_and_back_in_place_with_all_it_holds(products: Products) -> None:
    diary = products[FOUNDER_DIARY]
    way = Way.begins(diary, "/health")

    way.there("2")
    assert Database(diary.outputs["pooled_database_url"]).get() == KEPT

    way.back(gives_up={"exports", "queue", "directus-password", "directus-secret"})


@pytest.mark.usefixtures("ups")
def test_a_project_of_its_own_reads_the_database_of_another_stack(cli: Path, clone: Path, products: Products) -> None:
    diary = products[FOUNDER_DIARY]
    reports = Shop(clone.with_name("reports"), cli)
    shutil.copytree(EXAMPLE, reports.root, ignore=shutil.ignore_patterns("__pycache__"))
    file = reports.root / "Pulumi.development.yaml"
    file.write_text(file.read_text().replace("organization/shop/development", f"organization/infra-kit/{diary.name}"))
    shared = {key: diary.pulumis[key] for key in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE")}
    try:
        up = reports.shell(str(INFRA_KIT), "up", "--stack", "development", variables={**reports.variables, **shared})
        assert up.returncode == 0, up.stderr
        [service] = inventory.servers("development", reports.home)
        database = urlsplit(diary.outputs["database_url"])
        told = httpx.get(f"http://{service.address}", timeout=60).text
        assert told == f"{database.hostname}:{database.port}{database.path}\n"
    finally:
        inventory.stop("development", reports.home)


def _files(folder: Path) -> Mapping[str, bytes]:
    """By its path, what is in each file, but for what git ignores."""
    ignored = {"__pycache__", ".infra-kit", ".venv"}
    files = (each for each in folder.rglob("*") if each.is_file() and ignored.isdisjoint(each.parts))
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}

"""The products of stacks/, brought up from this repository as `make up` does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import httpx
import psycopg
import pytest
import redis
from mypy_boto3_s3 import S3Client

from infra_kit.commands.exit_codes import REFUSED
from infra_kit.providers.local import inventory
from infra_kit.providers.local.inventory import ServerStatus
from stacks.founder_diary import pgadmin_installed
from stacks.zuclubit.services import SERVICES
from tests.live import zuclubit as zuclubit_client
from tests.shop import INFRA_KIT, Shop

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "docs" / "examples" / "another_stack"
ZUCLUBIT, FOUNDER_DIARY = "zuclubit-development", "founder-diary-development"


@dataclass
class Product(Shop):
    """One stack of a clone, whose home is beside it."""

    name: str = ""

    @property
    def stack(self) -> str:
        return self.name

    @property
    def base(self) -> Path:
        return self.root.parent / "home"

    def enter(self, phase: str) -> None:
        """What a user does: one line of its file is another one."""
        file = self.root / "stacks" / "environments" / f"Pulumi.{self.name}.yaml"
        text, found = re.subn('phase: "[0-9]"', f'phase: "{phase}"', file.read_text())
        assert found == 1
        file.write_text(text)

    def try_up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.__dict__.pop("outputs", None)
        return self.run("up", "--stack", self.name, *arguments)


Products = Mapping[str, Product]


@pytest.fixture(scope="module")
def clone() -> Iterator[Path]:
    """What is in this repository of the products, in a folder whose files a test may change."""
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-clone-"))
    folder.chmod(0o711)
    clone = folder / "clone"
    shutil.copytree(
        REPOSITORY / "stacks", clone / "stacks", ignore=shutil.ignore_patterns("__pycache__"), symlinks=True
    )
    shutil.copy(REPOSITORY / "Pulumi.yaml", clone)
    (clone / ".venv").symlink_to(sys.prefix)
    yield clone
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def products(cli: Path, clone: Path) -> Iterator[Products]:
    pgadmin_installed.installed()  # once a machine, in minutes: more than a test waits for
    made = {name: Product(clone, cli, name=name) for name in (ZUCLUBIT, FOUNDER_DIARY)}
    try:
        yield made
    finally:
        for name, product in made.items():
            inventory.stop(name, product.home)


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
    zuclubit, diary = (inventory.servers(name, products[name].home) for name in (ZUCLUBIT, FOUNDER_DIARY))
    data = ["auth", "cache", "db", "docs", "edge", "events", "files", "gateway", "invoices"]
    beside = ["alerts", "archive", "backup", "drill", "local-traces", "logs", "migrate", "site"]
    boards = ["engineering", "executive", "sales"]
    assert [server.name for server in zuclubit] == sorted([*SERVICES, *data, *beside, *boards])
    assert [server.name for server in diary] == [
        "alerts", "app", "backup", "better-auth-secret", "cache", "db", "drill", "edge", "files", "logs", "migrate",
        "pgadmin", "pgadmin-password", "site",
    ]  # fmt: skip
    assert all(server.running or server.done for server in [*zuclubit, *diary] if server.has_program)
    addresses = [server.address for server in [*zuclubit, *diary] if server.address]
    assert len(set(addresses)) == len(addresses)
    assert _get(diary, "edge", "/health").text == "ok\n"
    assert {"DB_URL", "CACHE_URL", "FILES_BUCKET"} <= set(_get(diary, "edge", "/").json())
    assert _get(zuclubit, "gateway", "/leads/1").status_code == 401  # ZU-2: no token, no tenant
    assert _get(zuclubit, "gateway", "/webhooks/whatsapp").status_code == 200
    assert _files(clone) == before


def _get(servers: Sequence[ServerStatus], name: str, path: str, token: str = "") -> httpx.Response:
    """Through an edge, whose authority is its own."""
    (address,) = (server.address for server in servers if server.name == name)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"https://{address}{path}", headers=headers, verify=False)  # noqa: S501


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
    servers = list(zuclubit.servers().values())
    answers = [_get(servers, "gateway", "/leads/1", token=it).status_code for it in (token, f"{token}x", "")]
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
    assert "pgAdmin" not in _get(list(product.servers().values()), "edge", "/login").text


def test_an_accepted_gap_is_said_at_every_up(
    products: Products, ups: Mapping[str, subprocess.CompletedProcess[str]]
) -> None:
    for up in (ups[ZUCLUBIT], products[ZUCLUBIT].try_up()):
        assert "ObjectStore 'invoices': archive is left out" in up.stderr


@pytest.mark.usefixtures("ups")
def test_founder_diary_goes_to_its_second_phase_and_back_in_place_with_all_it_holds(products: Products) -> None:
    diary = products[FOUNDER_DIARY]
    first, servers = diary.outputs, set(diary.servers())
    _fill(diary)

    diary.enter("2")
    assert (up := diary.try_up()).returncode == 0, up.stderr
    assert _held(diary) == HELD
    assert {key: diary.outputs[key] for key in first} == first  # whoever knows an address finds it there
    assert set(diary.servers()) > servers
    with psycopg.connect(diary.outputs["pooled_database_url"]) as pooled:
        assert pooled.execute("SELECT line FROM entries").fetchall() == [(HELD[0],)]

    told = diary.run("transition", "--stack", diary.name, "--set", "infra-kit:phase=1")
    named = re.findall("--allow-delete [a-z-]+", told.stderr)
    assert told.returncode == REFUSED
    assert {"--allow-delete exports", "--allow-delete queue"} <= set(named)
    diary.enter("1")
    up = diary.try_up(*" ".join(named).split())
    assert up.returncode == 0, up.stderr
    assert _held(diary) == HELD
    assert (diary.outputs, set(diary.servers())) == (first, servers)
    assert _get(list(diary.servers().values()), "edge", "/health").text == "ok\n"


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
        assert httpx.get(f"http://{service.address}").text == f"{database.hostname}:{database.port}{database.path}\n"
    finally:
        inventory.stop("development", reports.home)


HELD = ("a line of a diary", "a draft", "a picture")
"""In the database, the cache and the store."""


def _fill(diary: Product) -> None:
    line, draft, picture = HELD
    with psycopg.connect(diary.outputs["database_url"]) as database:
        database.execute("CREATE TABLE entries (line text)")
        database.execute("INSERT INTO entries VALUES (%s)", [line])
    redis.Redis.from_url(diary.outputs["redis_url"]).set("draft", draft)
    _store(diary).put_object(Bucket=diary.outputs["files_bucket"], Key="cover", Body=picture.encode())


def _held(diary: Product) -> tuple[str, str, str]:
    with psycopg.connect(diary.outputs["database_url"]) as database:
        [[line]] = database.execute("SELECT line FROM entries").fetchall()
    draft = redis.Redis.from_url(diary.outputs["redis_url"], decode_responses=True).get("draft")
    cover = _store(diary).get_object(Bucket=diary.outputs["files_bucket"], Key="cover")
    return str(line), str(draft), cover["Body"].read().decode()


def _store(diary: Product) -> S3Client:
    told = json.loads(diary.run("show", "files", "--json", "--stack", diary.name).stdout)
    keys = {"aws_access_key_id": told["access_key"], "aws_secret_access_key": told["secret_key"]}
    return boto3.client("s3", endpoint_url=told["s3_endpoint"], region_name=told["region"], **keys)


def _files(folder: Path) -> Mapping[str, bytes]:
    """By its path, what is in each file, but for what git ignores."""
    ignored = {"__pycache__", ".infra-kit", ".venv"}
    files = (each for each in folder.rglob("*") if each.is_file() and ignored.isdisjoint(each.parts))
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}

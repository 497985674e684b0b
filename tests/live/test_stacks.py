"""The products of stacks/, brought up from this repository as `make up` does."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from infra_kit.providers.local import inventory
from infra_kit.providers.local.inventory import ServerStatus
from stacks.founder_diary import pgadmin_installed
from stacks.zuclubit.services import SERVICES
from tests.shop import Shop

REPOSITORY = Path(__file__).parents[2]
ZUCLUBIT, FOUNDER_DIARY = "zuclubit-development", "founder-diary-development"


@dataclass
class Clone(Shop):
    """This repository with a home of the tests' own."""

    elsewhere: Path = Path()
    changed: str = ""
    """Files that were, before any `up`."""

    @property
    def base(self) -> Path:
        return self.elsewhere


@pytest.fixture(scope="module")
def clone(cli: Path) -> Iterator[Clone]:
    pgadmin_installed.installed()  # once a machine, in minutes: more than a test waits for
    home = Path(tempfile.mkdtemp(prefix="infra-kit-clone-"))
    home.chmod(0o711)
    project = Clone(REPOSITORY, cli, elsewhere=home, changed=_changed_files())
    try:
        yield project
    finally:
        for stack in (ZUCLUBIT, FOUNDER_DIARY):
            inventory.stop(stack, project.home)
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def ups(clone: Clone) -> Mapping[str, subprocess.CompletedProcess[str]]:
    """Both products, up, and what was said of each."""
    done = {stack: clone.run("up", "--stack", stack) for stack in (ZUCLUBIT, FOUNDER_DIARY)}
    for up in done.values():
        assert up.returncode == 0, up.stderr
    return done


@pytest.mark.usefixtures("ups")
def test_two_products_stand_side_by_side_answer_and_leave_the_clone_clean(clone: Clone) -> None:
    zuclubit, diary = (inventory.servers(stack, clone.home) for stack in (ZUCLUBIT, FOUNDER_DIARY))
    data = ["cache", "db", "edge", "events", "files", "gateway", "invoices"]
    assert [server.name for server in zuclubit] == sorted([*SERVICES, *data, "migrate"])
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
    assert _changed_files() == clone.changed


def _get(servers: Sequence[ServerStatus], name: str, path: str) -> httpx.Response:
    """Through an edge, whose authority is its own."""
    (address,) = (server.address for server in servers if server.name == name)
    return httpx.get(f"https://{address}{path}", verify=False)  # noqa: S501


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
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = clone.run("show", "pgadmin-password", "value", "--stack", FOUNDER_DIARY).stdout.strip()
    monkeypatch.setenv("PASSWORD", password)
    done = clone.run("connect", "pgadmin", "--stack", FOUNDER_DIARY, "--", sys.executable, "-c", ADMINISTERS)
    assert done.returncode == 0, done.stderr
    assert "'connected': True" in done.stdout
    diary = inventory.servers(FOUNDER_DIARY, clone.home)
    assert "pgAdmin" not in _get(diary, "edge", "/login").text


def test_an_accepted_gap_is_said_at_every_up(clone: Clone, ups: Mapping[str, subprocess.CompletedProcess[str]]) -> None:
    for up in (ups[ZUCLUBIT], clone.run("up", "--stack", ZUCLUBIT)):
        assert "ObjectStore 'invoices': archive is left out" in up.stderr


def _changed_files() -> str:
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout

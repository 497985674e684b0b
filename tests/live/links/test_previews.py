"""Previews that share a database, by the very jobs of Viña Santa Cruz's stacks (VS-6)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from infra_kit._dynamic import Props
from infra_kit.providers.local import postgres_builds
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import postgres_roles
from infra_kit.providers.local.servers.postgres import HANDLER
from stacks.vina_santa_cruz import previews
from tests.live.servers.database import props_in

PREVIEW = "preview"
"""The role of all of them, and its password."""
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'preview%'"


@pytest.fixture
def staging(home_dir: Path) -> Iterator[Props]:
    """A server with what staging's file asks its administrator for, once, and a table of staging's own."""
    server = props_in(home_dir)
    HANDLER.ensure(server)
    with postgres_roles.connect(box_of(server).record) as administrator:
        administrator.execute("CREATE ROLE preview LOGIN PASSWORD 'preview'")
        administrator.execute("GRANT CONNECT, CREATE ON DATABASE app TO preview")
        administrator.execute("GRANT preview TO app")
    with psycopg.connect(url(server, "app"), autocommit=True) as owner:
        owner.execute("CREATE TABLE orders AS SELECT 0 AS preview")
    yield server
    HANDLER.delete("", server)


def url(server: Props, user: str, query: str = "") -> str:
    record = box_of(server).record
    password = PREVIEW if user == PREVIEW else record.secrets["password"]
    return f"postgresql://{user}:{password}@127.0.0.1:{record.ports[0]}/app{query}"


def run(server: Props, script: str, user: str, **more: str) -> None:
    """A job of a stack, as its image runs it, with the variables of its link."""
    with psycopg.connect(url(server, user)) as known:
        given = {"HOST": "127.0.0.1", "PORT": str(known.info.port), "USERNAME": user, "PASSWORD": known.info.password}
    environment = {f"DB_{key}": value for key, value in {**given, "DATABASE": "app"}.items()} | more
    client = Path(postgres_builds.require("17", []).program("psql")).parent
    command = ["sh", "-ec", previews.CONNECTED + script]
    subprocess.run(command, env={**environment, "PATH": f"{client}:/usr/bin:/bin"}, check=True)


def test_previews_of_one_database_are_kept_apart_and_each_goes_when_its_time_is_over(staging: Props) -> None:
    for number, days in ((1, "0"), (2, "7"), (2, "7")):  # the last is a second release of one
        run(staging, previews.MAKE, PREVIEW, DB_SCHEMA=f"preview_{number}", DAYS=days)
    for number in (1, 2):
        with psycopg.connect(url(staging, PREVIEW, f"?options=-csearch_path%3Dpreview_{number}")) as connection:
            with pytest.raises(errors.UndefinedTable):  # neither staging's nor the other's
                connection.execute("SELECT preview FROM orders")
            connection.rollback()
            connection.execute("CREATE TABLE orders AS SELECT %s AS preview", [number])
            assert connection.execute("SELECT preview FROM orders").fetchall() == [(number,)]
            connection.commit()
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("SELECT preview FROM public.orders")
    run(staging, previews.DROP, "app")
    with psycopg.connect(url(staging, "app")) as owner:
        assert owner.execute(SCHEMAS).fetchall() == [("preview_2",)]
        assert owner.execute("SELECT preview FROM orders").fetchall() == [(0,)]
        assert owner.execute("SELECT preview FROM preview_2.orders").fetchall() == [(2,)]

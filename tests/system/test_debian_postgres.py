"""Debian's PostgreSQL, where a user installed it: what no wheel has.

Needs the packages `postgresql` and `postgresql-postgis`, of whatever version the distribution has.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra_kit._dynamic import Props
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.local import postgres, postgres_builds
from infra_kit.providers.local.servers.postgres import HANDLER
from infra_kit.providers.local.settings import LocalSettings
from infra_kit.spec import build
from tests.live.servers.conftest import home_dir

__all__ = ["home_dir"]

TABLES = Path(__file__).parents[1] / "live" / "nomadshift.sql"
ZUCLUBIT = ["pgcrypto", "uuid-ossp"]
NOMADSHIFT = ["pgcrypto", "postgis"]


@pytest.fixture(scope="module")
def version() -> str:
    return next(one.version for one in postgres_builds.found() if "postgis" in one.extensions)


@pytest.fixture
def props(home_dir: Path, version: str) -> Iterator[Props]:
    asked = {
        "kind": "local/postgres",
        "home": str(home_dir),
        "stack": "test",
        "name": "db",
        "retain": False,
        "version": version,
        "memory_gb": 0.25,
        "extensions": [*ZUCLUBIT, "postgis"],
        "databases": ["app"],
        "parameters": {},
    }
    yield asked
    HANDLER.delete("test/db", asked)


@pytest.mark.parametrize("extensions", [ZUCLUBIT, NOMADSHIFT])
def test_what_the_wheels_lack_is_no_gap_where_debian_has_it(version: str, extensions: list[str]) -> None:
    spec = build(PostgresSpec, "Postgres", "db", {"version": version, "extensions": extensions})
    assert postgres.gaps(spec, LocalSettings()) == {}


def test_nomadshift_finds_the_jobs_near_a_worker(props: Props, version: str) -> None:
    outs = HANDLER.ensure(props)[1]
    with psycopg.connect(outs["private"]["url"]) as connection:
        assert connection.info.server_version // 10_000 == int(version)
        connection.execute(TABLES.read_bytes())
        for table, column in (("worker_profiles", "current_location"), ("job_postings", "location")):
            connection.execute(f"ALTER TABLE {table} ADD {column} geography(Point, 4326)".encode())
            connection.execute(f"CREATE INDEX ON {table} USING gist ({column})".encode())
        connection.execute(
            "INSERT INTO job_postings (title, location) VALUES "
            "('Barista in Lisbon', 'POINT(-9.14 38.71)'), ('Barista in Porto', 'POINT(-8.61 41.15)')"
        )
        near = connection.execute(
            "SELECT title FROM job_postings WHERE ST_DWithin(location, 'POINT(-9.13 38.72)'::geography, 5000)"
        ).fetchall()
    assert near == [("Barista in Lisbon",)]


def test_zuclubits_row_level_security_keeps_tenants_apart(props: Props) -> None:
    outs = HANDLER.ensure(props)[1]
    with psycopg.connect(outs["private"]["url"]) as connection:
        connection.execute(
            "CREATE TABLE leads (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), tenant_id uuid NOT NULL, name text);"
            "ALTER TABLE leads ENABLE ROW LEVEL SECURITY; ALTER TABLE leads FORCE ROW LEVEL SECURITY;"
            "CREATE POLICY tenant ON leads USING (tenant_id = current_setting('app.tenant_id')::uuid)"
        )
        tenants = [row[0] for row in connection.execute("SELECT uuid_generate_v4() FROM generate_series(1, 2)")]
        for tenant in tenants:
            connection.execute("SELECT set_config('app.tenant_id', %s, true)", [str(tenant)])
            connection.execute("INSERT INTO leads (tenant_id, name) VALUES (%s, %s)", [tenant, f"of {tenant}"])
        assert connection.execute("SELECT name FROM leads").fetchall() == [(f"of {tenants[1]}",)]

"""Postgres on a VPS: the configuration and the scripts that its containers get, run by Debian's own programs.

Needs root (or sudo) and the packages `postgresql` (15, as Debian 12 has it), `pgbouncer`, `pgbackrest` and `iproute2`.
What stands in for the images is in `recorded_containers.py`; the backups go to a folder instead of S3.
"""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from infra_kit import Backups, Environment, Pooling, Postgres, Target
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import BackupStore, VpsSettings
from infra_kit.testing import Recording, record
from tests.system.recorded_containers import Host, sh

NAMES = ("db-server", "db-replica-1", "db-pooler", "db-archive", "db-backup")
PASSWORD = "recorded-password"
STORE = BackupStore(
    endpoint="https://s3.example.com",
    bucket="backups",
    access_key="key",
    secret_key=SecretStr("hush-1"),
    passphrase=SecretStr("hush-2"),
)
HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", backups=STORE)
SHOW_POOLS = shlex.split(script("measure.sh").partition('docker exec "$id" ')[2].partition("</dev/null")[0])
"""As the host asks, in the words of the shell."""
DATA = "/var/lib/postgresql/data"


def recording() -> Recording:
    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=HOST)
        Postgres(
            "db",
            target=target,
            version="15",
            memory_gb=0.25,
            databases=["app", "second"],
            extensions=["pgcrypto", "pg_stat_statements"],
            read_replicas=1,
            pooling=Pooling(),
            backups=Backups(),
        )

    return record(program)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-vps-", dir="/var/tmp"))  # each program has a /tmp of its own
    folder.chmod(0o755)
    it = Host(folder, recording(), NAMES, programs="/usr/lib/postgresql/15/bin")
    try:
        serve(it)
        yield it
    finally:
        it.end()
        sh("rm", "-rf", str(folder))


def serve(host: Host) -> None:
    """As the image's own entrypoint: an empty folder becomes a cluster. Then roles and databases, twice."""
    begin = 'test -s "$PGDATA/PG_VERSION" || initdb --username postgres --pwfile "$POSTGRES_PASSWORD_FILE" >/dev/null'
    host.start("db-server", ["sh", "-c", f'{begin}; exec "$@"', "sh", *host.container("db-server")["command"]])
    host.until_well("db-server")
    for _ in range(2):
        settings = host.recording.named("db-settings").inputs
        host.run("db-server", *settings["create"].partition("-id ")[2].split(), stdin=settings["stdin"])


def connect(host: Host, name: str, port: int = 5432, database: str = "app", user: str = "app") -> psycopg.Connection:
    return psycopg.connect(
        host=host.addresses[name], port=port, dbname=database, user=user, password=PASSWORD, autocommit=True
    )


def test_the_application_makes_what_it_wants_in_its_databases_and_nothing_else(host: Host) -> None:
    with connect(host, "db-server") as app:
        app.execute("CREATE TABLE people (name text); CREATE SCHEMA own; CREATE TABLE own.things (id int)")
        for refused in ("CREATE DATABASE more", "CREATE ROLE more", "ALTER SYSTEM SET work_mem = '1GB'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(refused.encode())
    with connect(host, "db-server", database="second") as second:
        assert second.execute("SELECT count(*) FROM pg_stat_statements").fetchone()


def test_the_superuser_is_not_reached_over_the_network(host: Host) -> None:
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        connect(host, "db-server", user="postgres")


def test_the_pooler_lets_the_application_in(host: Host) -> None:
    pooler = host.container("db-pooler")
    # Debian 12's PgBouncer (1.18) is older than this one option (1.21); the image's is 1.25.
    host.start("db-pooler", pooler["entrypoints"], replaced={"max_prepared_statements = 200\n": ""})
    host.until("db-pooler", ["sh", "-c", "test -n \"$(ss -Htln 'sport = :6432')\""])

    with connect(host, "db-pooler", 6432, "second") as pooled:
        assert pooled.execute("SELECT current_user").fetchone() == ("app",)
        pools = host.run("db-pooler", *SHOW_POOLS)
    header, *rows = (line.split("|") for line in pools.splitlines() if "|" in line)
    assert {"cl_waiting", "sv_active"} <= set(header)
    assert "second" in {row[0] for row in rows}


def test_a_replica_copies_the_primary_and_follows_it(host: Host) -> None:
    replica = host.container("db-replica-1")
    host.start("db-replica-1", [*replica["entrypoints"], *replica["command"]])
    host.until_well("db-replica-1")

    with connect(host, "db-server") as primary:
        primary.execute("CREATE TABLE followed (id int); INSERT INTO followed VALUES (7)")
        seen = "SELECT pg_wal_lsn_diff(replay_lsn, pg_current_wal_lsn()) FROM pg_stat_replication"
        host.until("db-server", ["sh", "-c", f'test "$(psql -U postgres -Atc "{seen}")" = 0'])
    with connect(host, "db-replica-1") as copy:
        assert copy.execute("SELECT id FROM followed").fetchone() == (7,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            copy.execute("INSERT INTO followed VALUES (8)")


def until_log_is_copied(host: Host) -> None:
    asked = ["psql", "-U", "postgres", "-Atc"]
    segment = host.run("db-server", *asked, "SELECT pg_walfile_name(pg_switch_wal())").strip()
    archived = f"SELECT left(last_archived_wal, 24) COLLATE \"C\" >= '{segment}' FROM pg_stat_archiver"  # noqa: S608
    host.wait("db-server", lambda: host.run("db-server", *asked, archived).strip() == "t", 60)
    host.until("db-archive", ["sh", "-c", f'test -z "$(ls {DATA}/pgbackrest)"'])


def test_a_database_comes_back_from_its_backups_as_it_was_at_a_moment(host: Host) -> None:
    repo = host.volume("repo", "999:999")
    folder = {"repo1-type=s3": "repo1-type=posix", "repo1-path=/": f"repo1-path={repo}/"}
    for name in ("db-archive", "db-backup"):
        given = host.container(name)
        host.start(name, [*given["entrypoints"], *given["command"]], replaced=folder)
    host.until_well("db-backup", seconds=120)

    with connect(host, "db-server") as app:
        app.execute("CREATE TABLE kept (id int)")
        app.execute("INSERT INTO kept VALUES (1)")
        moment = str((app.execute("SELECT clock_timestamp()").fetchone() or ("",))[0])
        app.execute("DROP TABLE kept")
    until_log_is_copied(host)
    files = [path for path in repo.rglob("*") if path.is_file()]
    assert files
    assert all(path.read_bytes().startswith(b"Salted__") for path in files if path.stat().st_size)

    new = {DATA: "restored"}
    host.run_beside("db-backup", "sh", "/run/infra-kit/restore.sh", DATA, moment, volumes=new)
    host.stop("db-server")
    host.start("db-server", host.container("db-server")["command"], volumes=new)
    host.until_well("db-server")
    with connect(host, "db-server") as app:
        assert app.execute("SELECT id FROM kept").fetchone() == (1,)

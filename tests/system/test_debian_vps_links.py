"""Links on a VPS: what their steps make in running servers, and what of it a client may do.

Needs root (or sudo) and the packages `postgresql` (15), `pgbouncer`, `redis-tools`, `curl`, `openssl` and `iproute2`;
Valkey, NATS and SeaweedFS are those of the wheels.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, LiteralString
from uuid import uuid4

import boto3
import nats
import psycopg
import pytest
import redis
from botocore.client import Config
from botocore.exceptions import ClientError
from psycopg import sql

from infra_kit import Environment, ObjectStore, Target
from infra_kit.testing import record
from stacks.zuclubit import tenancy
from tests.system.linked_host import PASSWORD, SETTINGS, begin, begin_store, host, step, take_back
from tests.system.recorded_containers import Host

__all__ = ["host"]


@pytest.fixture(scope="module")
def db(host: Host) -> Host:
    make = 'test -s "$PGDATA/PG_VERSION" || initdb --username postgres --pwfile "$POSTGRES_PASSWORD_FILE" >/dev/null'
    host.start("db-server", ["sh", "-c", f'{make}; exec "$@"', "sh", *host.container("db-server")["command"]])
    host.until_well("db-server")
    step(host, "db-settings")
    with connect(host, "app") as app:
        app.execute("CREATE TABLE before (id int)")
    for _ in range(2):
        step(host, "db-settings")
        for access in ("read", "readwrite", "owner"):
            step(host, f"api-link-{access}")
    return host


def connect(
    host: Host, user: str, database: str = "app", name: str = "db-server", port: int = 5432
) -> psycopg.Connection:
    return psycopg.connect(
        host=host.addresses[name], port=port, dbname=database, user=user, password=PASSWORD, autocommit=True
    )


def of(statement: LiteralString, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(*table.split(".")))


def test_each_link_may_do_in_its_database_what_it_says_also_with_tables_that_come_later(db: Host) -> None:
    with connect(db, "api__owner") as owner:
        owner.execute("CREATE SCHEMA more; CREATE TABLE more.things (id int)")
    for table in ("before", "more.things"):
        with connect(db, "api__readwrite") as writer:
            writer.execute(of("INSERT INTO {} VALUES (1)", table))
        with connect(db, "api__read") as reader:
            assert reader.execute(of("SELECT count(*) FROM {}", table)).fetchone() == (1,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(of("DELETE FROM {}", table))
    with connect(db, "api__owner") as owner:
        owner.execute("DROP SCHEMA more CASCADE")
    for user in ("api__read", "api__readwrite"):
        with connect(db, user) as linked, pytest.raises(psycopg.errors.InsufficientPrivilege):
            linked.execute("CREATE TABLE mine (id int)")


def test_a_link_reaches_no_other_database(db: Host) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        connect(db, "api__readwrite", "second")


@pytest.fixture(scope="module")
def pooler(db: Host) -> Host:
    # Debian 12's PgBouncer (1.18) is older than this one option (1.21); the image's is 1.25.
    db.start("db-pooler", db.container("db-pooler")["entrypoints"], replaced={"max_prepared_statements = 200\n": ""})
    db.until("db-pooler", ["sh", "-c", "test -n \"$(ss -Htln 'sport = :6432')\""])
    return db


def pooled(host: Host, user: str) -> psycopg.Connection:
    return connect(host, user, name="db-pooler", port=6432)


def test_a_link_gets_in_through_the_pooler_and_a_stranger_does_not(pooler: Host) -> None:
    with pooled(pooler, "api__read") as reader:
        assert reader.execute("SELECT current_user").fetchone() == ("api__read",)
    for stranger in ("postgres", "replicator", "nobody"):
        with pytest.raises(psycopg.OperationalError):
            pooled(pooler, stranger)


def test_two_tenants_share_a_pooled_connection_and_neither_sees_what_is_the_others(pooler: Host) -> None:
    """By the policies of a product (ZU-3)."""
    with connect(pooler, "api__owner") as owner:
        asked = "NOT NULL DEFAULT current_setting('app.tenant_id')::uuid"
        owner.execute(f"CREATE TABLE leads (tenant_id uuid {asked}, name text)".encode())
        owner.execute("CREATE POLICY of_all ON before USING (true)")  # no tenant's, which has to be said
        for _ in range(2):
            owner.execute(tenancy.SQL.encode())
    this, that = str(uuid4()), str(uuid4())
    with pooled(pooler, "api__readwrite") as one, pooled(pooler, "api__readwrite") as two:
        servers = {add_lead(one, this), add_lead(two, that)}
        seen = [leads(client, tenant) for client, tenant in ((one, this), (two, that), (one, that), (two, this))]
        left_over = [client.execute("SELECT name FROM leads").fetchall() for client in (one, two)]

    assert len(servers) == 1
    assert seen == [[f"of {this}"], [f"of {that}"], [f"of {that}"], [f"of {this}"]]
    assert left_over == [[], []]


def add_lead(client: psycopg.Connection, tenant: str) -> int:
    """By whom of Postgres's own processes it was taken."""
    with client.transaction():
        client.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
        client.execute("INSERT INTO leads (name) VALUES (%s)", [f"of {tenant}"])
        row = client.execute("SELECT pg_backend_pid()").fetchone()
    assert row
    return int(row[0])


def leads(client: psycopg.Connection, tenant: str) -> list[str]:
    with client.transaction():
        client.execute("SELECT set_config('app.tenant_id', %s, true)", [tenant])
        return [name for (name,) in client.execute("SELECT name FROM leads").fetchall()]


def test_however_many_clients_of_however_many_links_the_pooler_has_a_migration_gets_in(pooler: Host) -> None:
    asyncio.run(crowd(pooler, ("app", "api__read", "api__readwrite"), each=50))


async def crowd(host: Host, users: Sequence[str], *, each: int) -> None:
    clients = asyncio.gather(*(sleeper(host, user) for user in users for _ in range(each)))
    while not clients.done():
        await (await opened(host, "app", "db-server", 5432)).close()
    assert await clients == ["served"] * each * len(users)


async def sleeper(host: Host, user: str) -> str:
    async with await opened(host, user, "db-pooler", 6432) as client:
        await client.execute("SELECT pg_sleep(0.5)")
    return "served"


async def opened(host: Host, user: str, name: str, port: int) -> psycopg.AsyncConnection:
    address = host.addresses[name]
    return await psycopg.AsyncConnection.connect(
        host=address, port=port, dbname="app", user=user, password=PASSWORD, autocommit=True
    )


def test_a_link_that_goes_takes_its_role_along_and_leaves_what_it_made(db: Host) -> None:
    with connect(db, "api__owner") as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
    take_back(db, "api-link-owner")
    take_back(db, "api-link-owner")

    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        connect(db, "api__owner")
    with connect(db, "app") as app:
        assert app.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    step(db, "api-link-owner")


# Redis


def cache(host: Host, user: str) -> redis.Redis:
    return redis.Redis(host=host.addresses["cache-server"], username=user, password=PASSWORD, decode_responses=True)


def test_users_of_links_have_their_rights_and_outlive_a_restart(host: Host) -> None:
    begin(host, "cache-server")
    for name in ("api-link-cache-server", "api-link-queue-server"):
        step(host, name)
    for _ in range(2):
        cache(host, "api__queue").set("a", "1")
        reader = cache(host, "api__cache")
        assert reader.get("a") == "1"
        for refused in (("SET", "a", "2"), ("CONFIG", "GET", "*"), ("ACL", "LIST")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                reader.execute_command(*refused)  # type: ignore[no-untyped-call]
        host.stop("cache-server")
        begin(host, "cache-server")

    take_back(host, "api-link-cache-server")
    with pytest.raises(redis.AuthenticationError):
        cache(host, "api__cache").get("a")
    assert cache(host, "api__queue").get("a") == "1"


# EventBus


async def published(host: Host, subject: str) -> str:
    """What the server says of it; empty: nothing."""
    said: list[str] = []

    async def hear(error: Exception) -> None:
        said.append(str(error))

    url = f"nats://{host.addresses['bus-server']}:4222"
    login = {"user": "api__bus", "password": PASSWORD, "inbox_prefix": b"_INBOX_api__bus"}
    client = await nats.connect(url, **login, error_cb=hear, allow_reconnect=False, connect_timeout=60)
    await client.publish(subject, b"it")
    await client.flush()
    await asyncio.sleep(0.1)
    await client.close()
    return " ".join(said)


def test_a_link_publishes_on_its_subjects_alone_and_nobody_is_cut_off_for_it(host: Host) -> None:
    begin(host, "bus-server")
    before = host.running["bus-server"].pid
    step(host, "api-link-bus")
    for _ in range(2):
        assert asyncio.run(published(host, "lead.created")) == ""
        assert "permissions violation" in asyncio.run(published(host, "lead.deleted"))
        assert host.running["bus-server"].pid == before
        host.stop("bus-server")
        begin(host, "bus-server")
        before = host.running["bus-server"].pid

    take_back(host, "api-link-bus")
    with pytest.raises(Exception, match=r"(?i)authorization"):
        asyncio.run(published(host, "lead.created"))


# ObjectStore


def bucket(host: Host, key: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://{host.addresses['files-server']}:8333",
        aws_access_key_id=key,
        aws_secret_access_key=PASSWORD,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


def refusal(call: Callable[..., object], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(Bucket="shop-files", **arguments)
    return str(refused.value.response["Error"]["Code"])


def refused_with(linked: Any) -> str:
    """Why it is not let in; empty where it is."""
    try:
        linked.list_objects_v2(Bucket="shop-files", Prefix="up/")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_an_identity_of_a_link_works_below_its_prefix_and_outlives_a_restart(host: Host) -> None:
    begin_store(host)
    step(host, "api-link-files")
    linked = bucket(host, "api__files")
    for _ in range(2):
        linked.put_object(Bucket="shop-files", Key="up/a", Body=b"1")
        assert linked.get_object(Bucket="shop-files", Key="up/a")["Body"].read() == b"1"
        assert refusal(linked.put_object, Key="other/a", Body=b"1") == "AccessDenied"
        assert refusal(linked.delete_object, Key="up/a") == "AccessDenied"
        host.stop("files-server")
        begin(host, "files-server")
        step(host, "files-bucket")

    take_back(host, "api-link-files")
    host.wait("files-server", lambda: refused_with(linked) == "InvalidAccessKeyId", seconds=60)


def test_a_store_that_is_renamed_goes_on_with_its_bucket(host: Host) -> None:
    born = {"random:index/randomId:RandomId": {"prefix": "shop-files"}}  # as the engine has what the child ignores
    target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)
    renamed = record(lambda: ObjectStore("pictures", target=target, versioning=True), outputs=born)

    host.run("files-server", "sh", "-s", stdin=renamed.named("pictures-bucket").inputs["stdin"])

    assert bucket(host, "INFRAKITAPP").get_bucket_versioning(Bucket="shop-files")["Status"] == "Enabled"

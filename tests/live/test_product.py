"""What a product does with its data layer, with the clients that it would use."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import httpx
import nats
import psycopg
import pytest
import redis
from botocore.exceptions import ClientError
from nats.errors import TimeoutError as NoMessageError
from nats.js import JetStreamContext

from infra_kit import subject
from tests.shop import KINDS, Shop

TABLES = Path(__file__).with_name("nomadshift.sql")


def test_all_five_run_and_the_table_says_where(shop: Shop) -> None:
    servers = shop.servers()
    assert sorted(servers) == KINDS
    assert all(server.running for server in servers.values())
    shown = shop.said.stdout
    for name, server in servers.items():
        line = next(line for line in shown.splitlines() if line.startswith(name))
        assert server.address in line


def test_nomadshifts_tables_are_created_and_queried(shop: Shop) -> None:
    with psycopg.connect(shop.outputs["db"]) as connection:
        connection.execute(TABLES.read_text().encode())
        row = connection.execute(
            "INSERT INTO users (email, role, password_hash) VALUES (%s, 'worker', crypt('x', gen_salt('bf'))) "
            "RETURNING id",
            ["ana@example.com"],
        ).fetchone()
        assert row
        connection.execute(
            "INSERT INTO worker_profiles (user_id, display_name, skills) VALUES (%s, 'Ana', %s)",
            [row[0], json.dumps(["coffee brewing"])],
        )
        found = connection.execute(
            "SELECT display_name FROM worker_profiles JOIN users ON users.id = user_id "
            "WHERE skills ? 'coffee brewing' AND password_hash = crypt('x', password_hash)"
        ).fetchall()
        connection.rollback()
    assert found == [("Ana",)]


def test_sessions_are_kept_and_expire(shop: Shop) -> None:
    with redis.Redis.from_url(shop.outputs["cache"], decode_responses=True) as client:
        client.set("session:1", "ana", ex=86_400)
        assert client.get("session:1") == "ana"
        assert 86_000 < int(client.ttl("session:1")) <= 86_400


def test_an_object_is_versioned_and_read_through_the_cdn_once_from_the_store_then_from_the_cache(shop: Shop) -> None:
    s3, bucket = shop.s3(), shop.outputs["bucket"]
    key = f"proposals/{uuid.uuid4()}.txt"
    s3.put_object(Bucket=bucket, Key=key, Body=b"first", ContentType="text/plain")
    s3.put_object(Bucket=bucket, Key=key, Body=b"second", ContentType="text/plain")
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    bodies = {s3.get_object(Bucket=bucket, Key=key, VersionId=v["VersionId"])["Body"].read() for v in versions}
    assert bodies == {b"first", b"second"}

    answers = [httpx.get(f"{shop.outputs['edge']}/{key}", timeout=60) for _ in range(2)]
    assert [(answer.text, answer.headers["x-cache"]) for answer in answers] == [("second", "MISS"), ("second", "HIT")]


def test_the_store_refuses_strangers_and_wrong_keys(shop: Shop) -> None:
    bucket = shop.outputs["bucket"]
    shop.s3().put_object(Bucket=bucket, Key="private.txt", Body=b"mine")
    address = shop.outputs["files"]["endpoint_url"]
    assert httpx.get(f"{address}/{bucket}/private.txt", timeout=60).status_code == 403
    wrong = boto3.client("s3", **{**shop.outputs["files"], "aws_secret_access_key": "wrong"})
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        wrong.get_object(Bucket=bucket, Key="private.txt")


def test_a_lead_is_published_consumed_redelivered_and_at_last_dead_lettered(shop: Shop) -> None:
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "type": "Lead.Created",
        "source": "lead-service",
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": {"company": "Casa Azul"},
    }
    deliveries, dead = asyncio.run(_publish_and_never_acknowledge(shop.outputs, event))
    assert [json.loads(body)["id"] for body in deliveries] == [event["id"]] * 2
    assert json.loads(dead)["id"] == event["id"]


async def _publish_and_never_acknowledge(outputs: dict[str, Any], event: dict[str, Any]) -> tuple[list[bytes], bytes]:
    """Two deliveries are allowed; returns what they brought, and the event that the dead letter points to."""
    client = await nats.connect(outputs["events"], connect_timeout=20)
    try:
        stream = client.jetstream(timeout=30)
        await stream.publish(subject(event["type"]), json.dumps(event).encode())
        name, durable = outputs["consumers"]["analytics"].split("/")
        bound = await stream.pull_subscribe_bind(durable=durable, stream=name)
        deliveries = [(await bound.fetch(1, timeout=30))[0].data for _ in range(2)]
        with pytest.raises(NoMessageError):
            await bound.fetch(1, timeout=2)
        return deliveries, await _dead_letter(stream, outputs["dead_letters"]["analytics"], name)
    finally:
        await client.close()


async def _dead_letter(stream: JetStreamContext, address: str, source: str) -> bytes:
    """A dead letter says which event was given up; the event itself is still in its stream."""
    name, durable = address.split("/")
    letters = await stream.pull_subscribe_bind(durable=durable, stream=name)
    (letter,) = await letters.fetch(1, timeout=30)
    await letter.ack()
    original = await stream.get_msg(source, seq=json.loads(letter.data)["stream_seq"])
    assert original.data
    return original.data

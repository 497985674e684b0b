"""What a product keeps data in, as whoever was told its addresses once uses it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import boto3
import httpx
import nats
import psycopg
import redis
from mypy_boto3_s3 import S3Client
from nats.js import JetStreamContext
from pymongo import MongoClient

from tests.live.stacks.product import Product

KEPT = "kept from phase to phase"
SECONDS = 60
T = TypeVar("T")


class Store(Protocol):
    def put(self) -> None: ...

    def get(self) -> str:
        """KEPT, where it is still there."""


@dataclass(frozen=True)
class Database:
    """Its line is in a schema of its own, for migrations may look at all that is in `public`; and under a policy of its
    own, for those that keep tenants apart look everywhere."""

    url: str

    def put(self) -> None:
        with psycopg.connect(self.url) as database:
            database.execute("CREATE SCHEMA kept CREATE TABLE lines (line text)")
            database.execute("CREATE POLICY of_all ON kept.lines USING (true)")
            database.execute("INSERT INTO kept.lines VALUES (%s)", [KEPT])

    def get(self) -> str:
        with psycopg.connect(self.url) as database:
            [[line]] = database.execute("SELECT line FROM kept.lines").fetchall()
        return str(line)


@dataclass(frozen=True)
class Cache:
    url: str

    def put(self) -> None:
        with redis.Redis.from_url(self.url) as cache:
            cache.set("kept", KEPT)

    def get(self) -> str:
        with redis.Redis.from_url(self.url, decode_responses=True) as cache:
            return str(cache.get("kept"))


@dataclass(frozen=True)
class Bucket:
    name: str
    s3: S3Client

    @classmethod
    def of(cls, product: Product, component: str) -> Bucket:
        told = json.loads(product.run("show", component, "--json", "--stack", product.stack).stdout)
        keys = {"aws_access_key_id": told["access_key"], "aws_secret_access_key": told["secret_key"]}
        s3 = boto3.client("s3", endpoint_url=told["s3_endpoint"], region_name=told["region"], **keys)
        return cls(told["bucket"], s3)

    def put(self) -> None:
        self.s3.put_object(Bucket=self.name, Key="kept", Body=KEPT.encode())

    def get(self) -> str:
        return self.s3.get_object(Bucket=self.name, Key="kept")["Body"].read().decode()


@dataclass(frozen=True)
class Bus:
    """An event in its first stream."""

    url: str

    def put(self) -> None:
        async def publish(bus: JetStreamContext, stream: str, subject: str) -> None:
            await bus.publish(subject, KEPT.encode(), stream=stream)

        asyncio.run(self._with_stream(publish))

    def get(self) -> str:
        async def last(bus: JetStreamContext, stream: str, subject: str) -> str:
            return ((await bus.get_last_msg(stream, subject)).data or b"").decode()

        return asyncio.run(self._with_stream(last))

    async def _with_stream(self, do: Callable[[JetStreamContext, str, str], Awaitable[T]]) -> T:
        client = await nats.connect(self.url, connect_timeout=SECONDS)
        try:
            bus = client.jetstream(timeout=SECONDS)
            told = json.loads((await client.request("$JS.API.STREAM.NAMES", timeout=SECONDS)).data)
            stream = min(told["streams"])
            subject = ((await bus.stream_info(stream)).config.subjects or [])[0]
            return await do(bus, stream, subject.replace("*", "kept"))
        finally:
            await client.close()


@dataclass(frozen=True)
class Documents:
    url: str

    def put(self) -> None:
        with self._client() as client:
            client.get_default_database()["kept"].insert_one({"line": KEPT})

    def get(self) -> str:
        with self._client() as client:
            [document] = client.get_default_database()["kept"].find()
        return str(document["line"])

    def _client(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(self.url)


@dataclass(frozen=True)
class Index:
    url: str

    def put(self) -> None:
        httpx.put(f"{self.url}/jobs/_doc/kept", json={"title": KEPT}, timeout=SECONDS).raise_for_status()

    def get(self) -> str:
        found = httpx.get(f"{self.url}/jobs/_doc/kept", timeout=SECONDS).raise_for_status()
        return str(found.json()["_source"]["title"])


BY_URL: Mapping[str, Callable[[str], Store]] = {
    "database_url": Database,
    "redis_url": Cache,
    "events_url": Bus,
    "documents_url": Documents,
    "search_url": Index,
}


def stores(product: Product) -> Mapping[str, Store]:
    """By the output that tells of each."""
    told = product.outputs
    buckets = [name for name in told if name.endswith("_bucket")]
    by_url = {name: store(told[name]) for name, store in BY_URL.items() if name in told}
    return {**by_url, **{name: Bucket.of(product, name.removesuffix("_bucket")) for name in buckets}}

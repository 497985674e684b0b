"""The application's stores, by the variables of its links."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import nats
import psycopg
import redis
from nats.js import JetStreamContext

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


HELD = threading.local()


@contextmanager
def database() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A transaction on the thread's own connection: who asks by HTTP keeps to one thread as long as he is connected."""
    if not hasattr(HELD, "connection") or HELD.connection.closed:
        HELD.connection = psycopg.connect(os.environ["DB_URL"])
    with HELD.connection.transaction():
        yield HELD.connection


def cache() -> redis.Redis:
    return redis.Redis.from_url(os.environ["CACHE_URL"], decode_responses=True)


def files() -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=os.environ["FILES_ENDPOINT"],
        region_name=os.environ["FILES_REGION"],
        aws_access_key_id=os.environ["FILES_ACCESS_KEY"],
        aws_secret_access_key=os.environ["FILES_SECRET_KEY"],
    )


def bucket() -> str:
    return os.environ["FILES_BUCKET"]


@asynccontextmanager
async def events() -> AsyncIterator[JetStreamContext]:
    inbox = os.environ["EVENTS_INBOX_PREFIX"].encode()
    connection = await nats.connect(os.environ["EVENTS_URL"], inbox_prefix=inbox)
    try:
        yield connection.jetstream()
    finally:
        await connection.close()


def consumer(name: str) -> tuple[str, str]:
    """The stream and the consumer's name in it."""
    stream, _, durable = str(json.loads(os.environ["EVENTS_CONSUMERS"])[name]).partition("/")
    return stream, durable

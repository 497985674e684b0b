"""The application's stores, by the variables of its links."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import boto3
import nats
import psycopg
import redis
from nats.js import JetStreamContext

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


IDLE: SimpleQueue[psycopg.Connection[tuple[Any, ...]]] = SimpleQueue()


@contextmanager
def database() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A transaction on a connection that is idle, or on a new one. One on which it failed is not used again."""
    try:
        connection = IDLE.get_nowait()
    except Empty:
        connection = psycopg.connect(os.environ["DB_URL"])
    with connection.transaction():
        yield connection
    IDLE.put(connection)


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
    connection = await nats.connect(os.environ["EVENTS_URL"], inbox_prefix=inbox, connect_timeout=20)
    try:
        yield connection.jetstream(timeout=30)
    finally:
        await connection.close()


def consumer(name: str) -> tuple[str, str]:
    """The stream and the consumer's name in it."""
    stream, _, durable = str(json.loads(os.environ["EVENTS_CONSUMERS"])[name]).partition("/")
    return stream, durable

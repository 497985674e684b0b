"""A service that was linked to nothing: it knows where the stores are (`PLACES`), and has no credential for any."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable

import boto3
import nats
import psycopg
import redis
from botocore import UNSIGNED
from botocore.client import Config
from botocore.exceptions import ClientError


def refusals() -> dict[str, str]:
    """What each store says to it. Raises where one is not there."""
    places = json.loads(os.environ["PLACES"])
    return {name: store(places[name]) for name, store in STORES.items()}


def database(place: str) -> str:
    try:
        psycopg.connect(place).close()
    except psycopg.OperationalError as error:
        return str(error)
    return "let in"


def cache(place: str) -> str:
    try:
        redis.Redis.from_url(place).get("leads")
    except redis.AuthenticationError as error:
        return str(error)
    return "let in"


def files(place: str) -> str:
    endpoint, _, bucket = place.rpartition("/")
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )
    try:
        client.list_objects_v2(Bucket=bucket)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "let in"


def events(place: str) -> str:
    return asyncio.run(_connect(place))


async def _connect(place: str) -> str:
    said: list[str] = []

    async def hear(error: Exception) -> None:
        said.append(str(error))

    try:
        connection = await nats.connect(place, allow_reconnect=False, connect_timeout=20, error_cb=hear)
    except (nats.errors.Error, OSError) as error:
        return " ".join([*said, str(error)])
    await connection.close()
    return "let in"


STORES: dict[str, Callable[[str], str]] = {"db": database, "cache": cache, "files": files, "events": events}

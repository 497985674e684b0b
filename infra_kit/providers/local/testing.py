"""What a recorded program (`infra_kit.testing`) gets from this target's servers: the keys that the real ones answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HOST = "127.0.0.1"
PASSWORD = "recorded-password"  # noqa: S105  no server has it


def _port(inputs: Mapping[str, Any]) -> int:
    return inputs.get("port") or 21_000


def _postgres(inputs: Mapping[str, Any]) -> dict[str, Any]:
    port, database = _port(inputs), inputs["databases"][0]
    public = {"host": HOST, "port": port, "database": database, "username": "app", "ca_certificate": "-----BEGIN …"}
    url = f"postgresql://app:{PASSWORD}@{HOST}:{port}/{database}"
    return {"public": public, "private": {"password": PASSWORD, "url": url}}


def _redis(inputs: Mapping[str, Any]) -> dict[str, Any]:
    public = {"host": HOST, "port": _port(inputs), "username": "app"}
    return {
        "public": public,
        "private": {"password": PASSWORD, "url": f"redis://app:{PASSWORD}@{HOST}:{_port(inputs)}/0"},
    }


def _object_store(inputs: Mapping[str, Any]) -> dict[str, Any]:
    public = {
        "bucket": inputs["bucket"],
        "s3_endpoint": f"http://{HOST}:{_port(inputs)}",
        "region": "us-east-1",
        "access_key": "app",
        "cdn_access_key": "cdn",
    }
    return {"public": public, "private": {"secret_key": PASSWORD, "cdn_secret_key": PASSWORD}}


def _event_bus(inputs: Mapping[str, Any]) -> dict[str, Any]:
    consumers = {name: f"{consumer['stream']}/{name}" for name, consumer in inputs["consumers"].items()}
    kept = {name: c for name, c in inputs["consumers"].items() if c["dead_letter"]}
    public = {
        "host": HOST,
        "port": _port(inputs),
        "username": "app",
        "consumers": consumers,
        "dead_letters": {name: f"_dead_{name}/{name}" for name in kept},
    }
    return {
        "public": public,
        "private": {"password": PASSWORD, "url": f"nats://app:{PASSWORD}@{HOST}:{_port(inputs)}"},
    }


def _cdn(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "public": {"url": f"http://{HOST}:{_port(inputs)}", "domain": HOST},
        "private": {"trust": PASSWORD},
    }


_TYPE = "pulumi-python:dynamic/infra-kit"
OUTPUTS = {
    f"{_TYPE}:PostgresServer": _postgres,
    f"{_TYPE}:RedisServer": _redis,
    f"{_TYPE}:ObjectStoreServer": _object_store,
    f"{_TYPE}:EventBusServer": _event_bus,
    f"{_TYPE}:CdnServer": _cdn,
}

"""What is refused of a bus' bounds, from what NATS answers of its streams."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig
from nats.js.errors import APIError

from infra_kit.providers.common import nats_setup

HELD = {
    "config": {"name": "LEADS", "max_age": 0},
    "state": {"messages": 5, "bytes": 2**30, "first_ts": "2026-01-01T00:00:00.5Z"},
}


class Answers:
    """A server's answers, one after the other."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.left = list(answers)

    async def request(self, subject: str, *_asked: Any, **_more: Any) -> Any:
        assert subject == "$JS.API.STREAM.LIST"
        return SimpleNamespace(data=json.dumps(self.left.pop(0)).encode())


def refusal(*answers: dict[str, Any]) -> str:
    wanted = {"LEADS": {"max_bytes": 2**29, "max_age": 0}}
    return asyncio.run(nats_setup.refusal(cast("Client", Answers(*answers)), wanted))


def test_a_size_below_what_a_stream_holds_is_refused_wherever_it_is_listed() -> None:
    other = {**HELD, "config": {"name": "OTHER", "max_age": 0}}
    pages = [{"total": 2, "streams": [other]}, {"total": 2, "streams": [HELD]}, {"total": 2, "streams": []}]
    assert refusal(*pages) == "the stream LEADS holds 1 GiB, and a size of 0.5 GiB was asked for"


LEADERLESS = {"code": 503, "description": "JetStream system temporarily unavailable"}


@pytest.mark.parametrize(
    ("unknown", "reason"),
    [
        ({"error": LEADERLESS}, "temporarily unavailable"),
        ({"missing": ["LEADS"]}, "nothing is heard of LEADS"),
        ({"offline": {"LEADS": "its server is older"}}, "nothing is heard of LEADS"),
    ],
)
def test_where_a_cluster_does_not_know_of_all_streams_no_bounds_are_held_for_safe(
    unknown: dict[str, Any], reason: str
) -> None:
    with pytest.raises(APIError, match=reason):
        refusal({"total": 0, "streams": [], **unknown})


class Listed:
    """JetStream with one stream, whose consumers are listed one a page."""

    def __init__(self, *consumers: str) -> None:
        self.consumers, self.deleted = consumers, list[str]()

    async def streams_info(self, offset: int) -> list[Any]:
        return [SimpleNamespace(config=SimpleNamespace(name="LEADS"))][offset:]

    async def consumers_info(self, stream: str, offset: int = 0) -> list[Any]:
        assert stream == "LEADS"
        return [SimpleNamespace(name=name) for name in self.consumers[offset : offset + 1]]

    async def delete_consumer(self, stream: str, name: str) -> None:
        assert stream == "LEADS"
        self.deleted.append(name)

    async def add_consumer(self, *_: Any) -> None:
        pass


def test_a_consumer_that_is_no_longer_declared_goes_wherever_it_is_listed() -> None:
    there = Listed("crm", "gone")
    wanted = {("LEADS", "crm"): ConsumerConfig(durable_name="crm")}
    asyncio.run(nats_setup._consumers(cast("JetStreamContext", there), wanted))
    assert there.deleted == ["gone"]

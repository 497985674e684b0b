from typing import Any

import pytest

from infra_kit import Redis, Service, features
from infra_kit.components.redis import RedisSpec
from infra_kit.errors import SpecError
from infra_kit.testing import Resource, record
from tests.unit.refusals import refusal


def test_an_unknown_eviction_is_refused_with_those_there_are() -> None:
    message = refusal(lambda: Redis("cache", eviction="lru"), SpecError)  # type: ignore[arg-type]
    assert message.startswith("Redis 'cache': eviction: Input should be 'noeviction', 'allkeys-lru', ")
    assert message.endswith("given 'lru'")


@pytest.mark.parametrize(("field", "value"), [("memory_gb", 0.01), ("replicas", 6), ("databases", 0)])
def test_a_size_out_of_range_is_refused(field: str, value: float) -> None:
    message = refusal(lambda: Redis("cache", **{field: value}), SpecError)  # type: ignore[arg-type]
    assert message.startswith(f"Redis 'cache': {field}: at least ")
    assert " and at most " in message


def test_high_availability_without_a_replica_is_refused() -> None:
    message = refusal(lambda: Redis("cache", high_availability=True), SpecError)
    assert message == "Redis 'cache': high_availability: a replica takes over, so set replicas=1 or more too"


def test_without_replicas_none_takes_over() -> None:
    assert RedisSpec(replicas=1, high_availability=True).without(features.READ_REPLICAS) == RedisSpec()


URL = "rediss://default:p%40ss@eu1-fit-1.upstash.example"


def existing(**given: Any) -> Resource:
    made = record(lambda: Redis.existing("cache", **{"url": URL, **given}))
    assert len(made.resources) == 1, "what stands already makes nothing"
    return made.named("cache")


def test_one_that_stands_is_read_out_of_its_url() -> None:
    assert existing().outputs == {
        "host": "eu1-fit-1.upstash.example", "port": 6379, "username": "default", "password": "p@ss", "tls": True,
        "url": URL, "reader_url": URL, "reader_urls": [URL],
    }  # fmt: skip
    assert existing().secret_outputs == {"password", "url", "reader_url", "reader_urls"}
    assert existing(url="redis://app:x@10.0.0.7:6380/0").outputs["tls"] is False


@pytest.mark.parametrize("url", ["postgresql://app:x@host/shop", "rediss://host:6379", "rediss://:x@host:6379"])
def test_another_url_is_refused_without_being_shown(url: str) -> None:
    message = refusal(lambda: Redis.existing("cache", url=url), SpecError)
    assert "does not have the form rediss://user:password@host:port" in message
    assert url not in message


def test_one_that_stands_is_linked_with_its_own_user_and_what_that_may() -> None:
    def program(access: Any) -> None:
        cache = Redis.existing("cache", url=URL, access="read")
        Service("api", command=["python", "app.py"], port=3000, links=[cache.link(access)])

    told = record(lambda: program("read")).named("api-server").inputs["secrets"]
    assert (told["CACHE_URL"], told["CACHE_PASSWORD"]) == (URL, "p@ss")
    with pytest.raises(SpecError, match=r"the user of its url has 'read'.*access='readwrite'"):
        record(lambda: program("readwrite"))
    assert "allowed: read, readwrite" in refusal(lambda: Redis.existing("c", url=URL, access="all"), SpecError)  # type: ignore[arg-type]

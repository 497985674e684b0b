import pytest

from infra_kit import Redis, features
from infra_kit.components.redis import RedisSpec
from infra_kit.errors import SpecError
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

"""What a suite finds out about a driver with a fault."""

import pytest

from infra_kit import Target, features
from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresEndpoint, PostgresSpec
from infra_kit.components.redis import RedisEndpoint, RedisSpec
from infra_kit.features import Feature
from infra_kit.providers.local import postgres, redis
from infra_kit.testing.conformance import PostgresConformance, RedisConformance
from infra_kit.testing.conformance.suite import ComponentConformance

LOCAL = Target(name="local")


def shows(suite: ComponentConformance, feature: Feature) -> None:
    suite.test_a_feature_that_is_there_shows_in_what_is_made(LOCAL, feature)


def test_a_driver_that_forgets_a_feature_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    create = redis.create

    def forgetful(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
        return create(scope, spec.replace(persistence=False))

    shows(RedisConformance(), features.PERSISTENCE)
    monkeypatch.setattr(redis, "create", forgetful)
    with pytest.raises(AssertionError, match="persistence changes nothing"):
        shows(RedisConformance(), features.PERSISTENCE)


@pytest.mark.parametrize(
    ("feature", "fault"),
    [
        (features.POINT_IN_TIME, {"backups": None}),
        (features.READ_REPLICAS, {"read_replicas": 0}),
        (features.extension("pgcrypto"), {"extensions": ()}),
        (features.version("17"), {"version": "18"}),
    ],
)
def test_each_kind_of_feature_is_missed(
    monkeypatch: pytest.MonkeyPatch, feature: Feature, fault: dict[str, object]
) -> None:
    create = postgres.create

    def forgetful(scope: Scope, spec: PostgresSpec) -> PostgresEndpoint:
        return create(scope, spec.replace(**fault))

    shows(PostgresConformance(), feature)
    monkeypatch.setattr(postgres, "create", forgetful)
    with pytest.raises(AssertionError, match=f"{feature} changes nothing"):
        shows(PostgresConformance(), feature)

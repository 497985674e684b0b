"""AWS under the suites that every target passes."""

from collections.abc import Sequence
from typing import ClassVar

import pytest

from infra_kit import Target
from infra_kit.testing import conformance


class OnAws:
    tags_under: ClassVar[str | Sequence[str]] = "tags"
    region: ClassVar[str | None] = "eu-west-3"

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="aws", app="shop")


class TestEventBusOnAws(OnAws, conformance.EventBusConformance):
    arguments = conformance.EventBusConformance.arguments | {"engine": "native"}
    leaves_no_trace = frozenset({"stream-replicas"})  # EventBridge keeps every event in several zones anyway


class TestNetworkOnAws(OnAws, conformance.NetworkConformance):
    pass


class TestRedisOnAws(OnAws, conformance.RedisConformance):
    pass


class TestPostgresOnAws(OnAws, conformance.PostgresConformance):
    leaves_no_trace = frozenset({"point-in-time"})  # RDS keeps the log with every backup


class TestObjectStoreOnAws(OnAws, conformance.ObjectStoreConformance):
    pass


class TestCdnOnAws(OnAws, conformance.CdnConformance):
    pass

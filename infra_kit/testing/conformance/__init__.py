"""One suite a component: what every target must do alike. A target's tests subclass it and say which target.

from infra_kit import Target
from infra_kit.testing.conformance import PostgresConformance

class TestPostgresOnMoon(PostgresConformance):
    @pytest.fixture
    def target(self) -> Target:
        return Target(name="moon")
"""

from infra_kit.testing.conformance.cdn import CdnConformance
from infra_kit.testing.conformance.event_bus import EventBusConformance
from infra_kit.testing.conformance.network import NetworkConformance
from infra_kit.testing.conformance.object_store import ObjectStoreConformance
from infra_kit.testing.conformance.postgres import PostgresConformance
from infra_kit.testing.conformance.redis import RedisConformance
from infra_kit.testing.conformance.suite import ComponentConformance

__all__ = [
    "CdnConformance",
    "ComponentConformance",
    "EventBusConformance",
    "NetworkConformance",
    "ObjectStoreConformance",
    "PostgresConformance",
    "RedisConformance",
]

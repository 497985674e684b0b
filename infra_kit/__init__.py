"""infra_kit: one definition of a product's infrastructure, from a laptop to a VPS to AWS or GCP.

from infra_kit import Cdn, ObjectStore, Postgres, Redis, Route
"""

from infra_kit.components.cdn import Cdn, Route
from infra_kit.components.event_bus import Consumer, EventBus, Stream, subject
from infra_kit.components.network import Network
from infra_kit.components.object_store import CorsRule, LifecycleRule, ObjectStore
from infra_kit.components.postgres import Backups, Pooling, Postgres
from infra_kit.components.redis import Redis
from infra_kit.environments import Environment
from infra_kit.errors import InfraKitError
from infra_kit.target import Target

__all__ = [
    "Backups",
    "Cdn",
    "Consumer",
    "CorsRule",
    "Environment",
    "EventBus",
    "InfraKitError",
    "LifecycleRule",
    "Network",
    "ObjectStore",
    "Pooling",
    "Postgres",
    "Redis",
    "Route",
    "Stream",
    "Target",
    "subject",
]

"""infra_kit: one definition of a product's infrastructure, from a laptop to a VPS to AWS or GCP.

from infra_kit import Cdn, ObjectStore, Postgres, Redis, Route
"""

from infra_kit.components.cdn import Cdn, Route
from infra_kit.components.config import Config
from infra_kit.components.event_bus import Consumer, EventBus, Stream, subject
from infra_kit.components.gateway import Gateway, GatewayRoute, Jwt
from infra_kit.components.job import Job
from infra_kit.components.network import Network
from infra_kit.components.object_store import CorsRule, LifecycleRule, ObjectStore
from infra_kit.components.postgres import Backups, Pooling, Postgres
from infra_kit.components.redis import Redis
from infra_kit.components.secret import Secret
from infra_kit.components.service import Health, Release, Scaling, Service
from infra_kit.components.worker import Backlog, Worker
from infra_kit.environments import Environment
from infra_kit.errors import InfraKitError
from infra_kit.links import Link
from infra_kit.rate_limits import RateLimit
from infra_kit.target import Target
from infra_kit.workloads import Sidecar, Volume

__all__ = [
    "Backlog",
    "Backups",
    "Cdn",
    "Config",
    "Consumer",
    "CorsRule",
    "Environment",
    "EventBus",
    "Gateway",
    "GatewayRoute",
    "Health",
    "InfraKitError",
    "Job",
    "Jwt",
    "LifecycleRule",
    "Link",
    "Network",
    "ObjectStore",
    "Pooling",
    "Postgres",
    "RateLimit",
    "Redis",
    "Release",
    "Route",
    "Scaling",
    "Secret",
    "Service",
    "Sidecar",
    "Stream",
    "Target",
    "Volume",
    "Worker",
    "subject",
]

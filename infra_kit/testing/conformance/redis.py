"""What every target's Redis must do."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, get_args

from infra_kit import Redis, features
from infra_kit.components.redis import RedisEndpoint, Version
from infra_kit.testing.conformance.suite import ComponentConformance


class RedisConformance(ComponentConformance):
    component = Redis
    endpoint = RedisEndpoint
    secrets = frozenset({"password", "url", "reader_url", "reader_urls"})
    asks = {
        features.READ_REPLICAS: {"replicas": 2},
        features.HIGH_AVAILABILITY: {"replicas": 1, "high_availability": True},
        features.PERSISTENCE: {"persistence": True},
        **{features.version(version): {"version": version} for version in get_args(Version)},
    }
    leaves_no_trace = frozenset({"version"})  # a newer server has the commands of an older one
    sizes: ClassVar[Sequence[Mapping[str, Any]]] = [{"memory_gb": 0.25}, {"memory_gb": 4}, {"memory_gb": 20}]
    links = {"read": lambda cache: cache.link("read"), "readwrite": lambda cache: cache.link("readwrite")}
    gives_secret = frozenset({"IT_URL", "IT_READER_URL", "IT_PASSWORD"})
    gives = gives_secret | {"IT_HOST", "IT_PORT", "IT_USERNAME", "IT_TLS", "IT_CA_CERTIFICATE"}
    variations = {
        "size": {"memory_gb": 4},
        "eviction": {"eviction": "noeviction"},
        "databases": {"databases": 4},
    }

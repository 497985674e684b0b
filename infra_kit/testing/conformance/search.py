"""What every target's Search must do."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, get_args

from infra_kit import Search, SearchIndex, features
from infra_kit.components.search import SearchEndpoint, Version
from infra_kit.testing.conformance.suite import ComponentConformance

MAPPINGS = {"properties": {"title": {"type": "text"}}}


class SearchConformance(ComponentConformance):
    component = Search
    endpoint = SearchEndpoint
    secrets = frozenset({"password", "url"})
    asks = {
        features.READ_REPLICAS: {"replicas": 2},
        features.HIGH_AVAILABILITY: {"replicas": 2, "high_availability": True},
        **{features.version(version): {"version": version} for version in get_args(Version)},
    }
    sizes: ClassVar[Sequence[Mapping[str, Any]]] = [{"memory_gb": 1}, {"memory_gb": 2}, {"memory_gb": 12}]
    links = {
        "read": lambda search: search.link("read"),
        "readwrite": lambda search: search.link("readwrite"),
        "owner": lambda search: search.link("owner"),
        "some": lambda search: search.link("read", indexes=["jobs-*"]),
    }
    gives_secret = frozenset({"IT_URL", "IT_PASSWORD"})
    gives = gives_secret | {"IT_HOST", "IT_PORT", "IT_USERNAME", "IT_TLS", "IT_CA_CERTIFICATE"}
    variations = {
        "memory": {"memory_gb": 4},
        "indexes": {"indexes": {"jobs": SearchIndex(mappings=MAPPINGS)}},
    }

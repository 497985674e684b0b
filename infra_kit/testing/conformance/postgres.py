"""What every target's Postgres must do."""

from typing import get_args

from infra_kit import Backups, Pooling, Postgres, features
from infra_kit.components.postgres import PostgresEndpoint, Version
from infra_kit.testing.conformance.suite import ComponentConformance


class PostgresConformance(ComponentConformance):
    component = Postgres
    endpoint = PostgresEndpoint
    secrets = frozenset({"password", "url", "reader_url", "reader_urls", "pooled_url"})
    asks = {
        features.DEDICATED_CPU: {"dedicated_cpu": True},
        features.READ_REPLICAS: {"read_replicas": 2},
        features.HIGH_AVAILABILITY: {"high_availability": True},
        features.POOLING: {"pooling": Pooling()},
        features.BACKUPS: {"backups": Backups(point_in_time=False)},
        features.POINT_IN_TIME: {"backups": Backups()},
        features.extension("pgcrypto"): {"extensions": ["pgcrypto"]},
        features.extension("vector"): {"extensions": ["vector"]},
        features.extension("no_such_extension"): {"extensions": ["no_such_extension"]},
        **{features.version(version): {"version": version} for version in get_args(Version)},
    }
    sizes = [
        {"cpu": 1, "memory_gb": 0.5},
        {"cpu": 2, "memory_gb": 4},
        {"cpu": 2, "memory_gb": 4, "dedicated_cpu": True},
        {"cpu": 8, "memory_gb": 64, "dedicated_cpu": True},
    ]
    links = {
        "read": lambda db: db.link("read"),
        "readwrite": lambda db: db.link("readwrite"),
        "owner": lambda db: db.link("owner"),
    }
    gives_secret = frozenset({"IT_URL", "IT_READER_URL", "IT_POOLED_URL", "IT_PASSWORD"})
    gives = gives_secret | {"IT_HOST", "IT_PORT", "IT_DATABASE", "IT_USERNAME", "IT_CA_CERTIFICATE"}
    variations = {
        "size": {"cpu": 4, "memory_gb": 8, "storage_gb": 100, "max_storage_gb": 500},
        "databases": {"databases": ["app", "second"]},
        "parameters": {"parameters": {"log_min_duration_statement": "500"}},
        "deletion protection": {"deletion_protection": True},
    }

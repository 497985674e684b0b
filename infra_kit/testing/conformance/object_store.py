"""What every target's ObjectStore must do."""

from infra_kit import CorsRule, LifecycleRule, ObjectStore, features
from infra_kit.components.object_store import ObjectStoreEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class ObjectStoreConformance(ComponentConformance):
    component = ObjectStore
    endpoint = ObjectStoreEndpoint
    secrets = frozenset({"secret_key"})
    opens = frozenset({"public-read"})
    links = {
        "read": lambda files: files.link("read"),
        "write": lambda files: files.link("write"),
        "read and write": lambda files: files.link(),
        "all below a prefix": lambda files: files.link("read", "write", "delete", prefix="uploads/"),
    }
    gives_secret = frozenset({"IT_SECRET_KEY"})
    gives = gives_secret | {
        "IT_BUCKET", "IT_ENDPOINT", "IT_REGION", "IT_FORCE_PATH_STYLE", "IT_PREFIX", "IT_ACCESS_KEY",
    }  # fmt: skip
    asks = {
        features.VERSIONING: {"versioning": True},
        features.ARCHIVE: {"lifecycle": {"old": LifecycleRule(archive_after_days=365)}},
        features.EXPIRE: {"lifecycle": {"old": LifecycleRule(expire_after_days=365)}},
        features.RETENTION_LOCK: {"versioning": True, "retention_lock": 30},
        features.CORS: {"cors": [CorsRule(origins=["https://app.example.com"])]},
        features.PUBLIC_READ: {"public_read": True},
    }

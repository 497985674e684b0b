"""What every target's ObjectStore must do."""

from infra_kit import CorsRule, LifecycleRule, ObjectStore, features
from infra_kit.components.object_store import ObjectStoreEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class ObjectStoreConformance(ComponentConformance):
    component = ObjectStore
    endpoint = ObjectStoreEndpoint
    secrets = frozenset({"secret_key"})
    opens = frozenset({"public-read"})
    asks = {
        features.VERSIONING: {"versioning": True},
        features.ARCHIVE: {"lifecycle": {"old": LifecycleRule(archive_after_days=365)}},
        features.EXPIRE: {"lifecycle": {"old": LifecycleRule(expire_after_days=365)}},
        features.RETENTION_LOCK: {"versioning": True, "retention_lock": 30},
        features.CORS: {"cors": [CorsRule(origins=["https://app.example.com"])]},
        features.PUBLIC_READ: {"public_read": True},
    }

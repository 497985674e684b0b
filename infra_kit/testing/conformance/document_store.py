"""What every target's DocumentStore must do."""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from infra_kit import Backups, Collection, DocumentStore, Index, Ttl, features
from infra_kit.components.document_store import DocumentStoreEndpoint, Version
from infra_kit.testing.conformance.suite import ComponentConformance


class DocumentStoreConformance(ComponentConformance):
    component = DocumentStore
    endpoint = DocumentStoreEndpoint
    secrets = frozenset({"password", "url", "reader_url"})
    asks = {
        features.DEDICATED_CPU: {"dedicated_cpu": True},
        features.READ_REPLICAS: {"read_replicas": 2},
        features.HIGH_AVAILABILITY: {"high_availability": True},
        features.BACKUPS: {"backups": Backups(point_in_time=False)},
        features.POINT_IN_TIME: {"backups": Backups()},
        **{features.version(version): {"version": version} for version in get_args(Version)},
    }
    leaves_no_trace = frozenset({"version"})  # a newer server has the commands of an older one
    sizes = [
        {"cpu": 1, "memory_gb": 0.5},
        {"cpu": 2, "memory_gb": 4},
        {"cpu": 2, "memory_gb": 16, "dedicated_cpu": True},
    ]
    links = {"read": lambda store: store.link("read"), "readwrite": lambda store: store.link("readwrite")}
    gives_secret = frozenset({"IT_URL", "IT_READER_URL", "IT_PASSWORD"})
    gives = gives_secret | {"IT_HOST", "IT_PORT", "IT_DATABASE", "IT_USERNAME", "IT_TLS", "IT_CA_CERTIFICATE"}
    variations: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "size": {"cpu": 2, "memory_gb": 4, "storage_gb": 100},
        "collections": {
            "collections": {
                "messages": Collection(
                    indexes=[Index(fields=["tenant_id", "-timestamp"]), Index(fields=["message_id"], unique=True)],
                    ttl=Ttl(field="expires_at"),
                )
            }
        },
        "deletion protection": {"deletion_protection": True},
    }

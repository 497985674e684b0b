"""Zuclubit's documents, what expires among them, and what becomes of that (seeds/004: ZU-4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

import pulumi

from infra_kit import Collection, DocumentStore, Index, Job, Network, ObjectStore, Ttl
from stacks.config import system
from stacks.programs import program
from stacks.zuclubit.containers import architectures

KEPT_DAYS = {"activity_logs": 90, "whatsapp_messages": 90, "ai_processing_queue": 7, "real_time_metrics": 30}
"""How far ahead the services write `expires_at`; a session's is its own end."""

_INDEXES: Mapping[str, Sequence[Sequence[str]]] = {
    "activity_logs": [
        ["tenant_id", "lead_id", "-timestamp"],
        ["tenant_id", "user_id", "-timestamp"],
        ["tenant_id", "activity_type", "-timestamp"],
    ],
    "whatsapp_messages": [["tenant_id", "conversation_id", "-timestamp"], ["tenant_id", "from", "-timestamp"]],
    "ai_processing_queue": [
        ["tenant_id", "status", "-created_at"],
        ["tenant_id", "job_type", "-created_at"],
        ["status", "created_at"],
    ],
    "user_sessions": [["tenant_id", "user_id", "-last_accessed_at"]],
    "real_time_metrics": [["tenant_id", "metric_type", "-timestamp"], ["tenant_id", "date", "metric_type"]],
}
_UNIQUE = {"whatsapp_messages": "message_id", "user_sessions": "session_id"}

COLLECTIONS = {
    name: Collection(
        indexes=[
            *(Index(fields=fields) for fields in indexes),
            *([Index(fields=[_UNIQUE[name]], unique=True)] if name in _UNIQUE else []),
        ],
        ttl=Ttl(field="expires_at"),
    )
    for name, indexes in _INDEXES.items()
}
"""The seed's, each with its indexes; a document goes at its `expires_at`."""

ARCHIVED = "documents/"
"""Where in the bucket."""


class Size(TypedDict, total=False):
    """What changes from phase to phase."""

    cpu: float
    memory_gb: float
    storage_gb: int


def store(network: Network | None, **size: Unpack[Size]) -> DocumentStore:
    """At MongoDB Atlas where `zuclubit:atlas` says so, as the seed has it in place of AWS' own (it runs on three
    clouds; DocumentDB on one): the secret `zuclubit:documents-url` has its URL then. Else the target's own."""
    config = pulumi.Config(system())
    if config.get_bool("atlas"):
        return DocumentStore.existing("docs", url=config.require_secret("documents-url"))
    return DocumentStore("docs", network=network, database="zuclubit", collections=COLLECTIONS, **size)


def kept() -> Mapping[str, str]:
    """What a service is told that writes documents."""
    return {"DOCUMENTS_KEPT_DAYS": json.dumps(KEPT_DAYS)}


def to_make(docs: DocumentStore) -> Mapping[str, str]:
    """What the migrations make of a store that stood already: by collection, what MongoDB's `createIndexes` takes
    (https://www.mongodb.com/docs/manual/reference/command/createIndexes/). The target's own has it by then."""
    if not docs.stands_already:
        return {}
    return {"DOCUMENT_INDEXES": json.dumps({name: _indexes(it) for name, it in COLLECTIONS.items()})}


def _indexes(collection: Collection) -> list[dict[str, Any]]:
    made = [_index(it.fields, **({"unique": True} if it.unique else {})) for it in collection.indexes]
    return [*made, _index(["expires_at"], expireAfterSeconds=0)]


def _index(fields: Sequence[str], **options: object) -> dict[str, Any]:
    key = {field.removeprefix("-"): -1 if field.startswith("-") else 1 for field in fields}
    return {"name": "_".join(key), "key": key, **options}


def archived(docs: DocumentStore, files: ObjectStore, after: pulumi.ResourceOptions, network: Network | None) -> Job:
    """Each night, what goes within two days goes to the bucket first: none is lost if one night fails."""
    return Job(
        "archive",
        network=network,
        **program("archive"),
        architectures=architectures(),
        schedule="0 4 * * *",
        timeout="2h",
        environment={"EXPIRING_WITHIN": "2d", "COLLECTIONS": ",".join(sorted(KEPT_DAYS))},
        links=[docs.link(), files.link("read", "write", prefix=ARCHIVED)],
        opts=after,
    )

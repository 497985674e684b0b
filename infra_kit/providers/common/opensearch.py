"""What an OpenSearch is told, wherever it runs: its indexes, and the users of its endpoint and of links.

Each target's driver sends these calls its own way, as the administrator, in their order, any number of times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from infra_kit.components.search import SearchIndex, SearchSpec

ADMIN = "admin"
"""Only the provider knows its password."""
APP = "app"
"""The endpoint's user."""
MARK = "infra-kit"
"""In an index's mappings, under `_meta`: with which settings it was made; in a user's attributes: that we made it."""
SECURITY = "/_plugins/_security/api"
"""https://docs.opensearch.org/latest/security/access-control/api/"""


LOG = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] [%node_name]%marker %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.permissions.name = org.opensearch.security.OpenSearchSecurityPlugin
logger.permissions.level = error
logger.asked.name = org.opensearch.security.auth.BackendRegistry
logger.asked.level = fatal
"""
"""To the server's log. The plugin warns of each file that others can read by its mode: their folder is closed; and of
each who asks before it knows its users, which is how we wait for it."""
MOST_HEAP_GB = 31
"""Beyond, Java's pointers take more room than is won
(https://docs.opensearch.org/latest/install-and-configure/install-opensearch/index/#important-settings)."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the HTTP API."""

    method: str
    path: str
    body: str = ""
    """JSON, in one line."""
    unless: str = ""
    """A refusal that says this is well too."""
    key: str = ""
    """An answer that holds this must hold `needs`."""
    needs: str = ""
    refusal: str = ""
    """What is wrong where it does not."""


READING = ("read", "indices:admin/get", "indices:admin/mappings/get", "indices:admin/aliases/get")
WRITING = (*READING, "crud", "indices:admin/refresh*")
_CLUSTER = ("cluster:monitor/main", "cluster:monitor/health")
"""What clients ask when they connect."""
RIGHTS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "read": ((*_CLUSTER, "cluster_composite_ops_ro"), READING),
    "readwrite": ((*_CLUSTER, "cluster_composite_ops"), WRITING),
    "owner": ((*_CLUSTER, "cluster_composite_ops"), ("indices_all",)),
    "app": (
        ("cluster_composite_ops", "cluster_monitor", "cluster_manage_index_templates", "cluster_manage_pipelines"),
        ("indices_all",),
    ),
}
"""By access, what it may do to the cluster and to its indexes
(https://docs.opensearch.org/latest/security/access-control/default-action-groups/)."""


def heap_mb(memory_gb: float) -> int:
    """Of a node with that much memory: half of it."""
    return int(min(memory_gb / 2, MOST_HEAP_GB) * 1024)


def first_users(digest: str) -> str:
    """internal_users.yml, which an empty server begins with: the administrator alone, by the bcrypt digest of the
    password. From then on the server keeps its users itself, in its data."""
    users = {
        "_meta": {"type": "internalusers", "config_version": 2},
        ADMIN: {"hash": digest, "reserved": True, "backend_roles": ["admin"]},
    }
    return json.dumps(users)


def indexes(spec: SearchSpec) -> list[Call]:
    """Has the indexes of a spec be there."""
    return [call for name, index in sorted(spec.indexes.items()) for call in _index(name, index, spec.replicas)]


def user(name: str, password: str, access: str, patterns: Sequence[str]) -> list[Call]:
    """Lets a user in, with just these rights.

    Args:
        name, password: its own.
        access: of `RIGHTS`.
        patterns: of the indexes that it reaches; empty: all.
    """
    cluster, inside = RIGHTS[access]
    role = {
        "cluster_permissions": list(cluster),
        "index_permissions": [{"index_patterns": list(patterns) or ["*"], "allowed_actions": list(inside)}],
    }
    login = {"password": password, "opendistro_security_roles": [name], "attributes": {MARK: "made"}}
    return [
        Call(method="PUT", path=f"{SECURITY}/roles/{name}", body=_text(role)),
        Call(method="PUT", path=f"{SECURITY}/internalusers/{name}", body=_text(login)),
    ]


def gone(name: str) -> list[Call]:
    """Takes a user away."""
    kinds = ("internalusers", "roles")
    return [Call(method="DELETE", path=f"{SECURITY}/{kind}/{name}", unless="NOT_FOUND") for kind in kinds]


def _index(name: str, index: SearchIndex, replicas: int) -> list[Call]:
    fixed = {**index.settings, "number_of_shards": index.shards}
    mark = sha256(_text(fixed).encode()).hexdigest()[:16]
    meta = index.mappings.get("_meta")
    mappings = {**index.mappings, "_meta": {**(meta if isinstance(meta, Mapping) else {}), MARK: mark}}
    settings = {**fixed, "number_of_replicas": replicas}
    return [
        Call(
            method="PUT",
            path=f"/{name}",
            body=_text({"settings": settings, "mappings": mappings}),
            unless="resource_already_exists_exception",
        ),
        Call(
            method="GET",
            path=f"/{name}/_mapping",
            key=f'"{MARK}"',
            needs=f'"{mark}"',
            refusal=f"indexes.{name}: its settings or shards are others than those that it was made with, which an "
            f"index keeps. Set them back, or give the new ones another name, e.g. {name}-2, and have the data indexed "
            "there (_reindex). Nothing was changed.",
        ),
        Call(method="PUT", path=f"/{name}/_mapping", body=_text(mappings)),
        Call(method="PUT", path=f"/{name}/_settings", body=_text({"index": {"number_of_replicas": replicas}})),
    ]


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True)

"""Copies that a stack keeps by itself, and that are deleted with it: in development those of a Backup without `to`, and
of one whose `to` is a bucket of the same stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from infra_kit.engine.operations import component_of, name_of

BACKUP = "infra-kit:index:Backup"
STORE = "infra-kit:index:ObjectStore"
VOLUME = "docker:index/volume:Volume"
TOLD_IN = ("store", "uploads")
"""Where a Backup has it to which bucket copies go: a server of this machine, a container of a host in its files."""


def names(state: Mapping[str, Any]) -> Sequence[str]:
    """Of the Backups whose copies are deleted when the stack is."""
    resources = state.get("resources") or []
    stores = {it["urn"] for it in resources if _is_of(STORE, it) and _goes(it, "local/object_store")}
    return sorted({component_of(it) for it in resources if _is_of(BACKUP, it) and _has_copies(it, stores)})


def _is_of(kind: str, resource: Mapping[str, Any]) -> bool:
    return str(resource.get("parent") or "").rpartition("::")[0].endswith(kind)


def _has_copies(resource: Mapping[str, Any], stores: Set[str]) -> bool:
    """Which go with it: a folder of this machine, a bucket of the stack, a volume of a host, a vault of a cloud."""
    needs = resource.get("propertyDependencies") or {}
    if any(stores & set(needs.get(it) or ()) for it in TOLD_IN):
        return True
    if (resource.get("inputs") or {}).get("store"):
        return False
    is_volume = resource["type"] == VOLUME and name_of(resource["urn"]) == f"{component_of(resource)}-copies"
    return _goes(resource, "local/backup") or (is_volume and not resource.get("retainOnDelete"))


def _goes(resource: Mapping[str, Any], local: str) -> bool:
    """A server of this machine of that kind, or what a cloud deletes with all that is in it."""
    asked = resource.get("inputs") or {}
    if asked.get("kind") == local:
        return not asked.get("retain")
    return bool(asked.get("forceDestroy")) and not resource.get("retainOnDelete")

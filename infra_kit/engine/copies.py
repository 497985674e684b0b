"""Copies that a stack keeps by itself, and that are deleted with it: those of a Backup without `to` in development."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra_kit.engine.operations import component_of, name_of

BACKUP = "infra-kit:index:Backup"
VOLUME = "docker:index/volume:Volume"


def going(state: Mapping[str, Any]) -> Sequence[str]:
    """The names of the Backups whose copies are deleted when the stack is."""
    resources = state.get("resources") or []
    return sorted({component_of(it) for it in resources if _is_backups(it) and _has_copies(it)})


def _is_backups(resource: Mapping[str, Any]) -> bool:
    return str(resource.get("parent") or "").rpartition("::")[0].endswith(BACKUP)


def _has_copies(resource: Mapping[str, Any]) -> bool:
    """Which go with it: a folder of this machine, a volume of a host, a vault of a cloud."""
    asked = resource.get("inputs") or {}
    if asked.get("kind") == "local/backup":
        return not asked.get("store") and not asked.get("retain")
    is_place = asked.get("forceDestroy") or (
        resource["type"] == VOLUME and name_of(resource["urn"]) == f"{component_of(resource)}-copies"
    )
    return bool(is_place) and not resource.get("retainOnDelete")

"""What every target's Backup must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from infra_kit import (
    Backup,
    Backups,
    DocumentStore,
    EventBus,
    Keep,
    ObjectStore,
    Postgres,
    Redis,
    Search,
    Stream,
    Target,
    features,
)
from infra_kit.component import Component
from infra_kit.components.backup import HOLDS_DATA, BackupEndpoint
from infra_kit.features import Feature
from infra_kit.recording import record
from infra_kit.spec import Spec
from infra_kit.testing.conformance.suite import ComponentConformance

Any_ = Component[Any, Any]


def database(target: Target) -> Postgres:
    """With the log that any moment of a backup's `keep.every` is restored from."""
    return Postgres("db", target=target, backups=Backups(retention_days=7))


STORES: Mapping[str, Callable[[Target], Any_]] = {
    "db": database,
    "cache": lambda target: Redis("cache", target=target, persistence=True),
    "files": lambda target: ObjectStore("files", target=target),
    "bus": lambda target: EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"])}),
    "docs": lambda target: DocumentStore("docs", target=target),
    "search": lambda target: Search("search", target=target),
    "offsite": lambda target: ObjectStore("offsite", target=target, versioning=True, retention_lock=1),
}
"""What can be backed up, and where to, by name: arguments name them, for a component stands in one program only."""


LACKING = {"cache": ("persistence",), "bus": ("engine",)}
"""What a target may lack of them: it is the Backup that is looked at."""


def with_stores(target: Target, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with the components that they name, made in the program that runs."""
    made = dict(arguments)
    lacking = {features.backup_of(kind) for kind in HOLDS_DATA} - target.driver("backup").SUPPORTS
    target = replace(target, accepted_gaps={**(target.accepted_gaps or {}), **LACKING})
    if "of" in made:
        named = [(_name(it), _standing()[_name(it)]) for it in made["of"]]
        # What a target does not copy is refused, or left out, before anything is asked of it.
        made["of"] = [it if features.backup_of(it.KIND) in lacking else STORES[name](target) for name, it in named]
    if made.get("to"):
        made["to"] = STORES[_name(made["to"])](target)
    return made


def _name(it: str | Any_) -> str:
    return it if isinstance(it, str) else it.name


@cache
def _standing() -> Mapping[str, Any_]:
    """One of each, for specs that are looked at outside of a program."""
    made: dict[str, Any_] = {}
    record(lambda: made.update({name: make(Target(name="local")) for name, make in STORES.items()}))
    return made


class BackupConformance(ComponentConformance):
    component = Backup
    endpoint = BackupEndpoint
    beside = frozenset(STORES)
    arguments = {"of": ("db",), "keep": Keep(daily=None, weekly=None)}
    keeps_data = False  # what it holds is another's, and a target may keep it where no resource of ours is
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        features.COPY_ELSEWHERE: {"to": "offsite", "key": "a-passphrase-of-the-tests"},
        features.COPY_TO_REGION: {"region": "us-west-2"},
        features.COPY_TO_VAULT: {"vault": "arn:aws:backup:us-east-1:123456789012:backup-vault:offsite"},
        features.LOCKED_BACKUPS: {"locked": "1d"},
        features.THINNED_BACKUPS: {"keep": Keep()},
        features.backup_of("postgres"): {"of": ("db", "files")},
        features.backup_of("redis"): {"of": ("db", "cache")},
        features.backup_of("object_store"): {"of": ("db", "files")},
        features.backup_of("event_bus"): {"of": ("db", "bus")},
        features.backup_of("document_store"): {"of": ("db", "docs")},
        features.backup_of("search"): {"of": ("db", "search")},
    }
    variations = {"schedule": {"schedule": "0 3 * * *"}}

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        return super().make(target, **with_stores(target, {**self.arguments, **arguments}))

    def spec(self, arguments: Mapping[str, Any]) -> Spec:
        given = {**self.arguments, **arguments}
        stores = {"of": [_standing()[_name(it)] for it in given["of"]]}
        if given.get("to"):
            stores["to"] = _standing()[_name(given["to"])]  # type: ignore[assignment]
        return super().spec({**given, **stores})

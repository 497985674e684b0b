"""What a host has room for, where its settings say its size (`infra-kit:vps: {size: …}`): what does not fit together
is refused in the plan, with figures. The bootstrap looks whether the host is as large as they say."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from infra_kit.component import Scope
from infra_kit.components.document_store import DocumentStoreSpec
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import SpecError
from infra_kit.naming import child
from infra_kit.providers.vps import ssh
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.settings import Settings
from infra_kit.spec import Spec
from infra_kit.workloads import WorkloadSpec

Thing = Literal["memory_gb", "disk_gb"]
FIELDS: dict[Thing, str] = {"memory_gb": "memory_gb", "disk_gb": "storage_gb"}
"""What a spec calls it."""


class Asked:
    """What the components of a program ask of one host, in GiB by who asks."""

    def __init__(self, name: str, **_: object) -> None:
        self.name = name
        self.of: dict[Thing, dict[str, float]] = defaultdict(dict)


def take(scope: Scope, role: str, thing: Thing, gib: float) -> None:
    """Counts what a part of a component asks. Raises `SpecError` when the host has less than all ask together."""
    size = ssh.settings(scope).size
    if size is None:
        return
    asked = scope.shared(Asked, "asked").of[thing]
    asked[child(scope.name, role)] = gib
    has: float = getattr(size, thing)
    if sum(asked.values()) > has:
        listed = ", ".join(f"{name} {there:g}" for name, there in asked.items())
        raise SpecError(
            f"{_who(scope)}: {FIELDS[thing]}: the host {ssh.settings(scope).host} has {has:g} GiB, and what is asked "
            f"of it comes to {sum(asked.values()):g}: {listed}. {_way_out(thing)}"
        )


def disk_gb(spec: Spec) -> float:
    """What a component may fill of its host's disk in GiB, as far as its spec says."""
    match spec:
        case PostgresSpec():
            return max(spec.storage_gb, spec.max_storage_gb or 0) * (1 + spec.read_replicas)
        case DocumentStoreSpec():
            return spec.storage_gb
        case EventBusSpec():
            return sum(stream.max_size_gb or 0 for stream in spec.streams.values())
        case WorkloadSpec():
            return sum(volume.size_gb for volume in spec.volumes.values())
    return 0


def check_cpu(scope: Scope, role: str, cpu: float) -> None:
    """Docker starts no container that may use more CPUs than there are."""
    size = ssh.settings(scope).size
    if size and cpu > size.cpu:
        raise SpecError(
            f"{_who(scope)}: cpu: {child(scope.name, role)} may use {cpu:g}, and the host "
            f"{ssh.settings(scope).host} has {size.cpu:g}. {_way_out('cpu')}"
        )


def has_dedicated_cpu(settings: Settings) -> bool:
    return isinstance(settings, VpsSettings) and settings.size is not None and settings.size.dedicated_cpu


def _who(scope: Scope) -> str:
    return f"{type(scope.parent).__name__} {scope.name!r}"


def _way_out(thing: str) -> str:
    return f"Ask less, place some of it on another host, or rent a larger one and say so: size: {{{thing}: …}}."

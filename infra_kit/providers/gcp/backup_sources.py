"""What a Backup copies of each kind of component, and what that needs: rights of who asks for the copy, and rights of
what writes it.

- A Postgres is exported by its own server's account, a Redis by its own, objects by the agent of Storage Transfer
  (https://cloud.google.com/storage-transfer/docs/sink-cloud-storage). The first two write new objects and change none.
- That agent may delete in the vault, which has versions: what was deleted in the source is a version there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_gcp import storage

from infra_kit.component import Component, Scope
from infra_kit.providers.gcp import buckets
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.backup_vaults import OBJECTS, Vaults
from infra_kit.providers.gcp.object_store import GcpBucket
from infra_kit.providers.gcp.postgres import GcpDatabase
from infra_kit.providers.gcp.redis import GcpCache

ASKS: Mapping[str, frozenset[str]] = {
    "postgres": frozenset({"cloudsql.backupRuns.create", "cloudsql.instances.export", "cloudsql.instances.get"}),
    "redis": frozenset({"redis.instances.export", "redis.instances.get", "redis.operations.get"}),
    "object_store": frozenset({"storagetransfer.jobs.run", "storagetransfer.operations.get"}),
}
"""By kind, what the program that takes copies may ask for
(https://cloud.google.com/sql/docs/postgres/iam-permissions, https://cloud.google.com/memorystore/docs/redis/access-control,
https://cloud.google.com/storage-transfer/docs/access-control)."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    told: pulumi.Output[str]
    """As the program reads them."""
    permissions: frozenset[str]
    needs: Sequence[pulumi.Resource]
    """What must stand before a copy can be written."""
    buckets: Mapping[str, pulumi.Output[str]]
    """By component, those that are copied: what is in them, who asks for a copy compares with the copy."""


@dataclass(frozen=True)
class _Making:
    scope: Scope
    vaults: Vaults
    needs: list[pulumi.Resource] = field(default_factory=list)

    def let(self, role: str, bucket: pulumi.Output[str], may: str, who: pulumi.Input[str]) -> None:
        self.needs.append(buckets.grant(self.scope, role, bucket, may, who))


def create(scope: Scope, of: Sequence[Component[Any, Any]], vaults: Vaults) -> Sources:
    making = _Making(scope, vaults)
    made = {it.name: {"kind": it.KIND, **MAKE[it.KIND](making, it)} for it in of}
    permissions: frozenset[str] = frozenset().union(*(ASKS[it.KIND] for it in of))
    held = {name: it["bucket"] for name, it in made.items() if "bucket" in it}
    return Sources(told=pulumi.Output.json_dumps(made), permissions=permissions, needs=making.needs, buckets=held)


def _postgres(making: _Making, component: Component[Any, Any]) -> dict[str, Any]:
    there = making.scope.native(component, GcpDatabase)
    for role, vault in making.vaults.items():
        making.let(f"{role}-{component.name}", vault, buckets.CREATOR, there.agent)
    making.needs.append(api(making.scope, "sql"))
    return {"server": there.names[0], "databases": list(component.spec.databases)}


def _redis(making: _Making, component: Component[Any, Any]) -> dict[str, Any]:
    """https://cloud.google.com/memorystore/docs/redis/import-export-restricted-permissions"""
    there = making.scope.native(component, GcpCache)
    for role, vault in making.vaults.items():
        making.let(f"{role}-{component.name}", vault, buckets.CREATOR, there.agent)
        making.let(f"{role}-{component.name}-lookup", vault, buckets.LISTER, there.agent)
    return {"instance": there.id}


def _object_store(making: _Making, component: Component[Any, Any]) -> dict[str, Any]:
    """A transfer for each vault, which has no times of its own: the program runs it, and waits for its end."""
    scope, source = making.scope, making.scope.native(component, GcpBucket).name
    needed = [api(scope, "transfer")]
    options = pulumi.InvokeOutputOptions(parent=scope.parent, depends_on=needed)
    agent = storage.get_transfer_project_service_account_output(opts=options).member
    making.let(f"reads-{component.name}", source, "roles/storage.objectViewer", agent)
    making.let(f"reads-{component.name}-lookup", source, buckets.LISTER, agent)
    jobs = [_transfer(making, component.name, role, source, agent) for role in making.vaults]
    return {"bucket": source, "jobs": jobs}


def _transfer(
    making: _Making, name: str, role: str, source: pulumi.Output[str], agent: pulumi.Output[str]
) -> pulumi.Output[str]:
    vault = making.vaults[role]
    making.let(f"{role}-{name}", vault, "roles/storage.legacyBucketWriter", agent)
    making.let(f"{role}-{name}-compares", vault, buckets.READER, agent)
    made = making.scope.resource(
        f"{role}-{name}-transfer",
        storage.TransferJob,
        depends_on=list(making.needs),
        description=f"Copies {name} ({making.scope.target.app}, {making.scope.environment}; made by infra-kit)",
        transfer_spec={
            "gcs_data_source": {"bucket_name": source},
            "gcs_data_sink": {"bucket_name": vault, "path": f"{OBJECTS}{name}/"},
            "transfer_options": {"delete_objects_unique_in_sink": True, "overwrite_when": "DIFFERENT"},
        },
    )
    return made.name


MAKE = {"postgres": _postgres, "redis": _redis, "object_store": _object_store}

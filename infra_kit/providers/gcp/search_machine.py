"""The machine of a Search: an address, a name, a disk with its daily snapshots, and the machine that has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pulumi_gcp import compute, serviceaccount

from infra_kit.component import Scope
from infra_kit.components.search import DEFAULT_VERSION, SearchSpec
from infra_kit.providers.common import machine_scripts, opensearch, opensearch_node
from infra_kit.providers.common.certificates import Certificate
from infra_kit.providers.common.opensearch_node import PORT
from infra_kit.providers.common.sizes import choose
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import machines, sizes, stored_secrets
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.grants import Destination
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region

CPU = 2
SNAPSHOT_AT = "03:00"
"""UTC. It begins within the hour (https://cloud.google.com/compute/docs/disks/scheduled-snapshots)."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What stays when the machine is replaced."""

    host: pulumi.Output[str]
    address: pulumi.Output[str]
    zone: pulumi.Output[str]
    subnetwork: pulumi.Output[str]
    account: serviceaccount.Account
    key: pulumi.Output[str] | None
    secrets: pulumi.Output[str]
    """What the names of its secrets begin with, and the key of what is in them."""
    secrets_key: pulumi.Output[str] | None
    needs: Sequence[pulumi.Resource]
    """What must stand before a machine starts."""

    @property
    def destination(self) -> Destination:
        return Destination.of(hosts=[self.address], ports=[pulumi.Output.from_input(str(PORT))])


def place(scope: Scope) -> Place:
    subnetwork = machines.subnetwork(scope, "or join a vendor's: Search.existing(name, url=…)")
    account = service_account(scope, "account", f"The machine of {scope.name}")
    address = machines.address(scope, "address", subnetwork)
    return Place(
        host=machines.name(scope, machines.names(scope), "search", [address]),
        address=address,
        zone=machines.zones(scope)[0],
        subnetwork=subnetwork,
        account=account,
        key=key_id(scope, service="compute"),
        secrets=stored_secrets.prefix(scope),
        secrets_key=stored_secrets.key_of(scope),
        needs=[*machines.ways(scope, account.account_id, PORT), machines.tells(scope, account)],
    )


def told(scope: Scope, it: Place, admin: random.RandomPassword, certificate: Certificate) -> pulumi.Output[str]:
    """The version of the secret that the machine reads, once its account may read it, and no other."""
    secret = {
        "internal_users.yml": admin.bcrypt_hash.apply(opensearch.first_users),
        opensearch_node.CERTIFICATE: certificate.pem,
        opensearch_node.KEY: certificate.key_pkcs8,
        opensearch_node.AUTHORITY: certificate.ca,
    }
    files = pulumi.Output.all(**secret).apply(lambda known: {**opensearch_node.files(tls=True), **known})
    reference = stored_secrets.store(
        scope,
        "settings",
        secret_id=pulumi.Output.concat(it.secrets, "-settings"),
        value=pulumi.Output.secret(files.apply(machine_scripts.told)),
        key=it.secrets_key,
    )
    may = stored_secrets.let_read(scope, "settings-accessor", reference, it.account)
    # The version is part of the script: it reads them when it starts, so others bring another machine.
    return after(pulumi.Output.concat(reference.secret, "/versions/", reference.version), may)


def disk(scope: Scope, spec: SearchSpec, it: Place) -> compute.Disk:
    made = machines.disk(scope, "disk", it.zone, size_gb=spec.storage_gb, key=it.key)
    if scope.defaults.backup_days:
        _snapshots(scope, made)
    return made


def _snapshots(scope: Scope, disk: compute.Disk) -> None:
    """One a day, as after a power cut, which OpenSearch recovers from. They outlive the disk."""
    policy = scope.resource(
        "snapshots",
        compute.ResourcePolicy,
        depends_on=[api(scope, "compute")],
        region=region(scope),
        snapshot_schedule_policy={
            "schedule": {"daily_schedule": {"days_in_cycle": 1, "start_time": SNAPSHOT_AT}},
            "retention_policy": {
                "max_retention_days": scope.defaults.backup_days,
                "on_source_disk_delete": "KEEP_AUTO_SNAPSHOTS",
            },
            "snapshot_properties": {"labels": labels(scope), "storage_locations": region(scope)},
        },
    )
    scope.resource(
        "snapshots-of-disk",
        compute.DiskResourcePolicyAttachment,
        delete_before_replace=True,  # a disk has one schedule at most
        disk=disk.name,
        name=policy.name,
        zone=disk.zone,
    )


def machine(
    scope: Scope, spec: SearchSpec, it: Place, disk: compute.Disk, settings: pulumi.Output[str]
) -> compute.Instance:
    size = choose(scope, sizes.COMPUTE, cpu=CPU, memory_gb=spec.memory_gb)
    inputs = machines.inputs(
        size=size.name,
        disk=disk,
        subnetwork=it.subnetwork,
        address=it.address,
        account=it.account,
        key=it.key,
        script=_script(spec, disk, settings),
    )
    return machines.machine(scope, "server", inputs, before=it.needs)


def _script(spec: SearchSpec, disk: compute.Disk, settings: pulumi.Output[str]) -> pulumi.Output[str]:
    _, digest = opensearch_node.IMAGES[spec.version or DEFAULT_VERSION]
    variables: dict[str, pulumi.Input[str]] = {
        **machines.data(disk),
        "HEAP_MB": str(opensearch.heap_mb(spec.memory_gb)),
        "IMAGE": f"docker.io/{opensearch_node.REPOSITORY}@sha256:{digest}",
        "SECRET": settings,
    }
    return machine_scripts.script(variables, machines.of_the_cloud(), opensearch_node.SERVER)

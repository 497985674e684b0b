"""Virtual machines of Compute Engine, each with one server: what stays when one is replaced (its address, its name in
the network, its disk), who reaches it, and the machine itself.

- A machine starts with the newest image of Debian; no `up` replaces it because there is a newer one.
- It tells Cloud Monitoring once a minute how it and its server are, as an account that may do that, read from Secret
  Manager what the machine is told, and nothing else. Its packages are Debian's, its images Docker Hub's. So it needs a
  way out; it has no public address.
- Nobody logs into it: no rule lets SSH in, and keys of the project are not taken. Its console tells what went wrong
  (`gcloud compute instances get-serial-port-output`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import compute, dns, projects, serviceaccount

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import firewall, tunnel
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.network import GcpNetwork
from infra_kit.providers.gcp.place import project, region

ROOT_GB = 10
NAME_SECONDS = 10
SUFFIX_BYTES = 3
DISK = "data"
"""What a machine's disk is attached as."""
DEVICE = f"/dev/disk/by-id/google-{DISK}"
"""Where it finds it (https://cloud.google.com/compute/docs/disks/disk-symlinks)."""
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
"""What the account may do, its roles say (https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice)."""

TELLS = "roles/monitoring.metricWriter"


def of_the_cloud() -> str:
    """What of a machine's script is Google Cloud's: see `common/machine_scripts.py`."""
    return resources.files(__package__).joinpath("machine.sh").read_text()


def subnetwork(scope: Scope, otherwise: str) -> pulumi.Output[str]:
    """Where machines stand. Raises `SpecError` where nothing leads out of it, with what there is `otherwise`."""
    network = scope.native(scope.network, GcpNetwork)
    if not network.way_out:
        raise SpecError(
            f"{scope.what}: network: given one with nat='none', and its machines read their packages and their image "
            f"from outside of it. Give the Network nat='single', {otherwise}."
        )
    return network.named(scope)


def zones(scope: Scope) -> pulumi.Output[Sequence[str]]:
    """The names of the region's, e.g. `europe-west1-b`; without those for AI (`us-central1-ai1a`), which have hardly
    any other machines (https://cloud.google.com/compute/docs/regions-zones/ai-zones)."""
    needed = pulumi.InvokeOutputOptions(parent=scope.parent, depends_on=[api(scope, "compute")])
    found = compute.get_zones_output(region=region(scope), opts=needed).names
    return found.apply(lambda names: [name for name in names if re.search("-[a-z]$", name)])


def address(scope: Scope, role: str, subnetwork: pulumi.Output[str]) -> pulumi.Output[str]:
    return scope.resource(
        role,
        compute.Address,
        depends_on=[api(scope, "compute")],
        address_type="INTERNAL",
        purpose="GCE_ENDPOINT",
        region=region(scope),
        subnetwork=subnetwork,
        labels=labels(scope),
    ).address


def names(scope: Scope) -> dns.ManagedZone:
    """Of names that this network alone knows (https://cloud.google.com/dns/docs/zones#create-private-zone)."""
    mark = scope.resource(
        "name-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps the name by which others call it
    )
    network = scope.native(scope.network, GcpNetwork)
    return scope.resource(
        "zone",
        dns.ManagedZone,
        stateful=True,
        depends_on=[api(scope, "dns")],
        dns_name=pulumi.Output.concat(mark.hex, ".internal."),
        visibility="private",
        private_visibility_config={"networks": [{"network_url": network.network}]},
        labels=labels(scope),
    )


def name(scope: Scope, zone: dns.ManagedZone, name: str, addresses: Sequence[pulumi.Output[str]]) -> pulumi.Output[str]:
    """A name in the network for some servers, once it leads there."""
    record = scope.resource(
        f"name-{name}",
        dns.RecordSet,
        ignore_changes=["name"],  # it is of the zone's, which stays what it was when a component is renamed
        managed_zone=zone.name,
        name=pulumi.Output.concat(name, ".", zone.dns_name),
        type="A",
        ttl=NAME_SECONDS,
        rrdatas=list(addresses),
    )
    return after(pulumi.Output.concat(name, ".", zone.dns_name.apply(lambda it: it.rstrip("."))), record)


def ways(scope: Scope, tag: pulumi.Output[str], port: int) -> list[pulumi.Resource]:
    """Who is in the network reaches the servers on their port: no rule knows what runs on Cloud Run by its tag
    (https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#limitations), but that reaches only what it is linked
    to. In the network, the servers reach nothing."""
    return [
        let_in(scope, "ingress-clients", tag, port, source_ranges=[scope.network.cidr]),
        firewall.keeps_out(scope, "deny-network", tag),
    ]


def tells(scope: Scope, account: serviceaccount.Account) -> pulumi.Resource:
    """A machine tells figures, and reads none. No role of Google's is of its own figures alone."""
    return scope.resource(
        "tells",
        projects.IAMMember,
        depends_on=[api(scope, "monitoring")],
        project=project(scope),
        role=TELLS,
        member=account.member,
    )


def let_in(scope: Scope, role: str, tag: pulumi.Output[str], port: int, **source: Any) -> compute.Firewall:
    allowed = [{"protocol": "tcp", "ports": [str(port)]}]
    return firewall.rule(scope, role, tag, "INGRESS", priority=firewall.ALLOW, allows=allowed, **source)


def disk(
    scope: Scope, role: str, zone: pulumi.Output[str], *, size_gb: int, key: pulumi.Output[str] | None
) -> compute.Disk:
    return scope.resource(
        role,
        compute.Disk,
        stateful=True,
        retain_on_delete=True,
        depends_on=[api(scope, "compute")],
        zone=zone,
        type="pd-balanced",
        size=size_gb,
        disk_encryption_key={"kms_key_self_link": key} if key else None,
        # Elsewhere, or with another key, it would be another, empty one. And which zones a region has may change.
        ignore_changes=["diskEncryptionKey", "zone"],
        labels=labels(scope),
    )


def data(disk: compute.Disk) -> dict[str, pulumi.Input[str]]:
    """What a script says of the machine's disk. A disk is mounted, and has its room taken, when the machine starts: so
    another disk, or a larger one, makes another script and thereby another machine. `DISK` is nothing that one reads:
    without it the provider would put another disk into a machine that runs."""
    return {"DEVICE": DEVICE, "DISK": disk.disk_id, "GB": disk.size.apply(str)}


def inputs(
    *,
    size: str,
    disk: compute.Disk,
    subnetwork: pulumi.Output[str],
    address: pulumi.Output[str],
    account: serviceaccount.Account,
    key: pulumi.Output[str] | None,
    script: pulumi.Output[str],
) -> dict[str, Any]:
    """What of a machine makes it another one, or stops it for a while. Its account's id is its tag too: legal as one,
    and nobody else's in the network."""
    return {
        "zone": disk.zone,
        "machine_type": size,
        # Another size stops it, and starts it again.
        "allow_stopping_for_update": True,
        "boot_disk": {
            "auto_delete": True,
            "initialize_params": {"image": tunnel.IMAGE, "size": ROOT_GB, "type": "pd-balanced"},
            "kms_key_self_link": key,
        },
        "attached_disks": [{"source": disk.id, "device_name": DISK}],
        "network_interfaces": [{"subnetwork": subnetwork, "network_ip": address}],
        "can_ip_forward": False,
        "metadata": tunnel.METADATA,
        "metadata_startup_script": script,
        "shielded_instance_config": tunnel.SHIELDED,
        "service_account": {"email": account.email, "scopes": SCOPES},
        "tags": [account.account_id],
        "deletion_protection": False,
    }


def machine(scope: Scope, role: str, inputs: dict[str, Any], *, before: Sequence[pulumi.Resource]) -> compute.Instance:
    """Its address and its disk can be with one machine alone. `before`: what must stand first."""
    return scope.resource(
        role, compute.Instance, delete_before_replace=True, depends_on=before, labels=labels(scope), **inputs
    )


def identity(machine: compute.Instance) -> pulumi.Output[str]:
    """Another one for another machine, also of the same name, and for one that was stopped to be of another size."""
    return pulumi.Output.concat(machine.instance_id, " ", machine.machine_type)

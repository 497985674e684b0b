"""Machines, disks and clusters: https://cloud.google.com/compute/all-pricing,
https://cloud.google.com/compute/disks-image-pricing, https://cloud.google.com/kubernetes-engine/pricing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp import machines
from infra_kit.planning.rates.reading import each, many, number, part, uses

DISK_GB, NODE_DISK_GB, EMPTY_DISK_GB, LOCAL_SSD_GB = 10, 100, 500, 375
NODE = "e2-medium"
DISK = "gcp:compute/disk:Disk"
TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"
ZONES = 3
"""Of a regional cluster, where it does not say which."""
LEAST_CONNECTORS = 2


def instance(asked: Asked) -> Iterator[Line]:
    inputs, scheduling = asked.inputs, part(asked.inputs, "scheduling")
    spot = 1 if scheduling.get("preemptible") or scheduling.get("provisioningModel") == "SPOT" else asked.usage.spot
    yield from machines.lines(asked, str(inputs.get("machineType")), 1, spot)
    boot = part(inputs, "bootDisk", "initializeParams")
    yield _disk(str(boot.get("type") or "pd-standard"), number(boot.get("size"), DISK_GB))
    if scratch := each(inputs.get("scratchDisks")):
        yield _disk("local-ssd", LOCAL_SSD_GB * len(scratch))
    if any(it.get("accessConfigs") for it in each(inputs.get("networkInterfaces"))):
        yield Line("public address", "ip/vm", asked.usage.hours)
        yield Line("GB out to the internet", "network/egress", asked.usage.gb_out, assumed=True)
    yield from _accelerators(asked, inputs, 1)


def group(asked: Asked) -> Iterator[Line]:
    """Machines of one template, as many as it says; under the name of a template that is not ours to see: no price."""
    count = number(asked.inputs.get("targetSize"), 1)
    template = next((it.inputs for it in uses(asked, TEMPLATE, by=["versions"])), {})
    spot = 1 if part(template, "scheduling").get("preemptible") else asked.usage.spot
    yield from machines.lines(asked, str(template.get("machineType", "of an unknown template")), count, spot)
    for it in each(template.get("disks")):
        yield _disk(str(it.get("diskType") or "pd-standard"), number(it.get("diskSizeGb"), DISK_GB) * count)


def disk(asked: Asked) -> Iterator[Line]:
    yield _disk(str(asked.inputs.get("type") or "pd-standard"), number(asked.inputs.get("size"), EMPTY_DISK_GB))


def regional_disk(asked: Asked) -> Iterator[Line]:
    kind = f"{asked.inputs.get('type') or 'pd-standard'}-regional"
    yield _disk(kind, number(asked.inputs.get("size"), EMPTY_DISK_GB))


def snapshot(asked: Asked) -> Iterator[Line]:
    yield Line("GB of a snapshot", "disk/snapshot", asked.usage.stored_gb, assumed=True)


def snapshots(asked: Asked) -> Iterator[Line]:
    """A schedule's: each holds what is another since the one before
    (https://cloud.google.com/compute/docs/disks/snapshots#incremental_snapshots)."""
    size = sum(number(it.inputs.get("size"), EMPTY_DISK_GB) for it in uses(asked, DISK, by=["disk"]))
    yield Line("GB of snapshots, the disk's once", "disk/snapshot", size + asked.usage.backup_gb, assumed=True)


def _disk(kind: str, size: float) -> Line:
    name = kind.rpartition("/")[2]
    return Line(f"{size:g} GB {name}", f"disk/{name}", size)


def _accelerators(asked: Asked, inputs: Mapping[str, Any], machines_of_it: float) -> Iterator[Line]:
    for it in each(inputs.get("guestAccelerators")):
        kind, count = str(it.get("type")), number(it.get("count"), 1) * machines_of_it
        yield Line(f"{count:g} x {kind}", f"compute/gpu/{kind}", count * asked.usage.hours)


def cluster(asked: Asked) -> Iterator[Line]:
    """Of Autopilot, what its pods ask for is billed, and no program of Pulumi says that."""
    inputs = asked.inputs
    yield Line("cluster", "gke/cluster", asked.usage.hours)
    if inputs.get("enableAutopilot"):
        yield Line("its pods, by what they ask for", "gke/autopilot/pods", 1)
    elif not inputs.get("removeDefaultNodePool"):
        yield from _nodes(asked, part(inputs, "nodeConfig"), number(inputs.get("initialNodeCount")))
        for pool in each(inputs.get("nodePools")):
            yield from _nodes(asked, part(pool, "nodeConfig"), _count(pool))


def node_pool(asked: Asked) -> Iterator[Line]:
    yield from _nodes(asked, part(asked.inputs, "nodeConfig"), _count(asked.inputs))


def _count(pool: Mapping[str, Any]) -> float:
    """In each zone."""
    given = pool.get("nodeCount") or part(pool, "autoscaling").get("minNodeCount") or pool.get("initialNodeCount")
    return number(given)


def _nodes(asked: Asked, config: Mapping[str, Any], in_a_zone: float) -> Iterator[Line]:
    count = in_a_zone * _zones(asked)
    if not count:
        return
    spot = 1 if config.get("spot") or config.get("preemptible") else asked.usage.spot
    yield from machines.lines(asked, str(config.get("machineType") or NODE), count, spot)
    size = number(config.get("diskSizeGb"), NODE_DISK_GB) * count
    yield _disk(str(config.get("diskType") or "pd-balanced"), size)
    yield from _accelerators(asked, config, count)


def _zones(asked: Asked) -> int:
    if named := many(asked.inputs.get("nodeLocations")):
        return named
    return ZONES if str(asked.inputs.get("location")).count("-") == 1 else 1


def connector(asked: Asked) -> Iterator[Line]:
    """Serverless VPC Access: machines, as many as it has at least (https://cloud.google.com/vpc/pricing)."""
    count = number(asked.inputs.get("minInstances"), LEAST_CONNECTORS)
    yield from machines.lines(asked, str(asked.inputs.get("machineType") or "e2-micro"), count, 0)


RATES: Mapping[str, Rate] = {
    "gcp:compute/instance:Instance": instance,
    "gcp:compute/instanceGroupManager:InstanceGroupManager": group,
    "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": group,
    DISK: disk,
    "gcp:compute/regionDisk:RegionDisk": regional_disk,
    "gcp:compute/snapshot:Snapshot": snapshot,
    "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment": snapshots,
    "gcp:container/cluster:Cluster": cluster,
    "gcp:container/nodePool:NodePool": node_pool,
    "gcp:vpcaccess/connector:Connector": connector,
}

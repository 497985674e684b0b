"""Fargate, EC2, EKS and Lambda (https://aws.amazon.com/fargate/pricing/, https://aws.amazon.com/lambda/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra_kit.components.event_bus import EventBusSpec
from infra_kit.counts import counted
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import NOT_HERE, disk, fixed, internet, machine_hours
from infra_kit.planning.rates.reading import (
    MILLION,
    SECONDS_A_REQUEST,
    each,
    number,
    of_type,
    part,
    share,
    sources,
    used_by,
    uses,
)
from infra_kit.planning.rates.runs import RELEASES, runs
from infra_kit.planning.rates.traces import kept
from infra_kit.planning.usage import HOURS_A_MONTH

SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
CLUSTER = "aws:ecs/cluster:Cluster"
PROVIDERS = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"
MACHINES = frozenset({"EC2", "EXTERNAL"})
"""That tasks may run on, and which are paid for by themselves."""
FARGATE, FARGATE_SPOT = "FARGATE", "FARGATE_SPOT"
ADDRESSES = ("aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation")
SUBNET = "aws:ec2/subnet:Subnet"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
TARGET = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
FREE_DISK = 20
"""GB of a task's own disk that Fargate includes."""
ROOT_GB = 8
"""Of an instance whose image says no other size, as Amazon Linux has it."""
CLUSTER_METRICS, SERVICE_METRICS, TASK_METRICS = 8, 11, 6
"""That Container Insights keeps of each (https://aws.amazon.com/cloudwatch/pricing/, its example of ECS)."""


def service(asked: Asked) -> Iterator[Line]:
    """Its tasks, for the hours of the month, by their definition's size: sidecars are in there."""
    yield from _traces(asked)
    if asked.inputs.get("launchType") in MACHINES:
        return
    said = asked.usage.instances
    count = number(asked.inputs.get("desiredCount"), 1) if said is None else said
    placed = _placed(_strategies(asked), count)
    normal, spot = placed.get(FARGATE, 0), placed.get(FARGATE_SPOT, 0)
    tasks = next(iter(uses(asked, TASK, by=["taskDefinition"])), None)
    if tasks is not None:
        yield from _tasks(asked, tasks.inputs, normal)
        yield from _tasks(asked, tasks.inputs, spot, spot=1)
    elif normal + spot:
        unknown = normal + spot
        yield Line(counted(unknown, "task"), "fargate/unknown", unknown, why=f"how large a task of it is, {NOT_HERE}")


def _strategies(asked: Asked) -> Sequence[Mapping[str, Any]]:
    """The service's own capacity providers, or those that its cluster has for who says nothing."""
    own = each(asked.inputs.get("capacityProviderStrategies"))
    if own or asked.inputs.get("launchType"):
        return own
    here = {it.urn for it in uses(asked, CLUSTER, by=["cluster"])}
    common = [it for it in of_type(asked, PROVIDERS) if here & sources(it, "clusterName")]
    return [strategy for it in common for strategy in each(it.inputs.get("defaultCapacityProviderStrategies"))]


def _placed(strategies: Sequence[Mapping[str, Any]], count: float) -> dict[str, float]:
    """How many tasks each capacity provider runs: its base first, of the rest as many as its weight says
    (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html)."""
    if not strategies:
        return {FARGATE: count}
    weights = sum(number(it.get("weight")) for it in strategies)
    rest = max(0, count - sum(number(it.get("base")) for it in strategies))
    found: dict[str, float] = {}
    for it in strategies:
        name, base = str(it.get("capacityProvider")), min(number(it.get("base")), count)
        part_of = number(it.get("weight")) / weights if weights else 1 / len(strategies)
        found[name] = found.get(name, 0) + base + rest * part_of
    return found


def task(asked: Asked) -> Iterator[Line]:
    """What no service keeps running, runs to its end: a job's tasks."""
    if used_by(asked, SERVICE):
        return
    hours = runs(asked) * asked.usage.run_minutes / 60
    cpu, memory, kind = _size(asked.inputs)
    yield Line(f"{cpu:g} vCPU ({kind}), {counted(hours, 'hour')}", f"fargate/{kind}/vcpu", cpu * hours, assumed=True)
    yield Line(f"{memory:g} GB, {counted(hours, 'hour')}", f"fargate/{kind}/memory", memory * hours, assumed=True)
    yield from _traces(asked)


def _traces(asked: Asked) -> Iterator[Line]:
    """https://aws.amazon.com/xray/pricing/; to look at them costs a tenth of that a trace."""
    if count := kept(asked):
        yield Line(f"{counted(count, 'trace')} in X-Ray", "xray/traces", count / MILLION, assumed=True)


def _tasks(asked: Asked, inputs: Mapping[str, Any], count: float, spot: float | None = None) -> Iterator[Line]:
    cpu, memory, kind = _size(inputs)
    times = counted(count, "task")
    assumed = None if asked.usage.instances is None else True
    words = f"{times} of {cpu:g} vCPU ({kind})"
    yield from machine_hours(asked, words, f"fargate/{kind}/vcpu", cpu * count, assumed=assumed, spot=spot)
    yield from machine_hours(
        asked, f"{times} of {memory:g} GB", f"fargate/{kind}/memory", memory * count, assumed=assumed, spot=spot
    )
    more = number(part(inputs, "ephemeralStorage").get("sizeInGib"), FREE_DISK) - FREE_DISK
    if count and more > 0:
        yield Line(f"{times} with {more:g} GB of disk more", "fargate/disk", more * count * asked.usage.hours)


def _size(inputs: Mapping[str, Any]) -> tuple[float, float, str]:
    """vCPU, GB and architecture of a task definition; it says CPU in 1024ths and memory in MiB."""
    kind = "arm64" if part(inputs, "runtimePlatform").get("cpuArchitecture") == "ARM64" else "x86"
    return number(inputs.get("cpu"), 256) / 1024, number(inputs.get("memory"), 512) / 1024, kind


def cluster(asked: Asked) -> Iterator[Line]:
    """Nothing by itself; Container Insights keeps metrics of it and of what runs on it."""
    settings = each(asked.inputs.get("settings"))
    if not any(it.get("name") == "containerInsights" and it.get("value") != "disabled" for it in settings):
        return
    services = len(used_by(asked, SERVICE))
    kept = CLUSTER_METRICS + services * (SERVICE_METRICS + TASK_METRICS)
    yield Line(f"Container Insights, {counted(services, 'service')}", "cloudwatch/metric", kept)


def instance(asked: Asked) -> Iterator[Line]:
    template = next((it.inputs for it in uses(asked, TEMPLATE, by=["launchTemplate"])), {})
    kind = str(asked.inputs.get("instanceType") or template.get("instanceType"))
    spot = 1 if part(asked.inputs, "instanceMarketOptions").get("marketType") == "spot" else None
    yield from machine_hours(asked, kind, f"ec2/{kind}", 1, spot=spot)
    root = part(asked.inputs, "rootBlockDevice") or _root(template)
    yield from disk(str(root.get("volumeType") or "gp2"), number(root.get("volumeSize"), ROOT_GB), root)
    for it in each(asked.inputs.get("ebsBlockDevices")):
        kind = str(it.get("volumeType") or "gp2")
        if it.get("volumeSize"):
            yield from disk(kind, number(it.get("volumeSize")), it)
        else:
            yield Line(f"a disk of {kind}", "ebs/unknown", 1, why=f"how large its snapshot is, {NOT_HERE}")
    yield from _public(asked)
    yield from _figures(asked)


def _figures(asked: Asked) -> Iterator[Line]:
    """What ours that run NATS tell CloudWatch: each two of its own, all together those of consumers
    (`providers/aws/signals/messages.py`)."""
    spec = asked.made.spec if asked.made else None
    if isinstance(spec, EventBusSpec):
        of_consumers = sum(2 + it.dead_letter for it in spec.consumers.values())
        yield Line("what it tells, as metrics", "cloudwatch/metric", 2 + of_consumers * share(asked))


def _root(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """A template names a machine's disks by device; the first is the one that it starts from."""
    return next((part(it, "ebs") for it in each(template.get("blockDeviceMappings"))), {})


def _public(asked: Asked) -> Iterator[Line]:
    """The address that a machine gets itself, and what leaves by it or by one that it is given: once, where the answers
    go out by a load balancer."""
    own = asked.inputs.get("associatePublicIpAddress")
    if own is None:
        own = any(it.inputs.get("mapPublicIpOnLaunch") is True for it in uses(asked, SUBNET, by=["subnetId"]))
    if own:
        yield Line("a public address", "ipv4", HOURS_A_MONTH)
    if (own or used_by(asked, *ADDRESSES)) and not used_by(asked, TARGET):
        yield from internet(asked.usage.gb_out)


def node_group(asked: Asked) -> Iterator[Line]:
    types = asked.inputs.get("instanceTypes")
    kind = str(types[0]) if isinstance(types, list) and types else "t3.medium"
    said = asked.usage.instances
    nodes = number(part(asked.inputs, "scalingConfig").get("desiredSize"), 1) if said is None else said
    size = number(asked.inputs.get("diskSize"), 20)
    spot = 1 if asked.inputs.get("capacityType") == "SPOT" else None
    yield from machine_hours(asked, f"{counted(nodes, 'node')} of {kind}", f"ec2/{kind}", nodes, spot=spot)
    yield Line(f"{counted(nodes, 'disk')} of {size:g} GB", "ebs/gp2", nodes * size)


def function(asked: Asked) -> Iterator[Line]:
    """By itself: 0.2 s for each request. A part of ours works when a release does, or a job runs."""
    memory = number(asked.inputs.get("memorySize"), 128) / 1024
    kind = "arm64" if "arm64" in (asked.inputs.get("architectures") or []) else "x86"
    if asked.made is None:
        calls, seconds = asked.usage.requests, SECONDS_A_REQUEST
    else:
        is_job = asked.made.type.endswith(":Job")
        calls, seconds = runs(asked) if is_job else RELEASES, asked.usage.run_minutes * 60
        calls *= share(asked)
        seconds = min(seconds, number(asked.inputs.get("timeout"), 3))
    yield Line(counted(calls, "call"), "lambda/requests", calls / MILLION, assumed=True)
    yield Line(f"{seconds:g} s of {memory:g} GB each", f"lambda/{kind}", calls * seconds * memory, assumed=True)


RATES: Mapping[str, Rate] = {
    SERVICE: service,
    TASK: task,
    CLUSTER: cluster,
    "aws:ec2/instance:Instance": instance,
    "aws:eks/cluster:Cluster": fixed("the control plane", "eks/cluster", HOURS_A_MONTH),
    "aws:eks/nodeGroup:NodeGroup": node_group,
    "aws:lambda/function:Function": function,
}

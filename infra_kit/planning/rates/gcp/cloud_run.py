"""Cloud Run and Cloud Scheduler (https://cloud.google.com/run/pricing, https://cloud.google.com/scheduler/pricing).

An instance is billed as long as it is there (`cpuIdle: false`, what our drivers set), a job while it runs; with billing
by request only while it answers, and less while it waits. What every account has free is not taken off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp.common import SECONDS, committed, cpus, each, gib, logs, part
from infra_kit.planning.rates.runs import runs

SECONDS_A_REQUEST = 0.1
"""That one is worked on, where billing is by request: an assumption."""
LEAST_RUN_SECONDS = 60
TO_ALL = "INGRESS_TRAFFIC_ALL"


def service(asked: Asked) -> Iterator[Line]:
    template = part(asked.inputs, "template")
    cpu, memory = _size(template)
    least = _least(asked.inputs)
    by_request = all(part(it, "resources").get("cpuIdle", True) is not False for it in each(template.get("containers")))
    if by_request:
        yield from _by_request(asked, cpu, memory, least)
    else:
        yield from _instances(asked, "run", cpu, memory, least)
    if asked.inputs.get("ingress", TO_ALL) == TO_ALL:
        yield Line("GB out to the internet", "network/egress", asked.usage.gb_out, assumed=True)
    yield from logs(asked)


def worker_pool(asked: Asked) -> Iterator[Line]:
    scaling = part(asked.inputs, "scaling")
    least = float(scaling.get("manualInstanceCount") or scaling.get("minInstanceCount") or 0)
    cpu, memory = _size(part(asked.inputs, "template"))
    yield from _instances(asked, "run/pool", cpu, memory, least)
    yield from logs(asked)


def job(asked: Asked) -> Iterator[Line]:
    template = part(asked.inputs, "template")
    cpu, memory = _size(part(template, "template"))
    number = runs(asked) * float(template.get("taskCount") or 1)
    seconds = number * max(asked.usage.run_minutes * 60, LEAST_RUN_SECONDS) if asked.usage.run_minutes else 0
    words = f"{number:g} runs of {asked.usage.run_minutes:g} min"
    yield Line(f"{cpu:g} vCPU, {words}", committed(asked, "run/cpu"), cpu * seconds, assumed=True)
    yield Line(f"{memory:g} GiB, {words}", committed(asked, "run/memory"), memory * seconds, assumed=True)
    yield from logs(asked)


def schedule(_: Asked) -> Iterator[Line]:
    yield Line("a scheduled job", "scheduler/job", 1)


def least_instances(type_: str, inputs: Mapping[str, Any]) -> float:
    """How many instances a service or a pool has at least."""
    return _least(inputs) if type_ == SERVICE else float(part(inputs, "scaling").get("manualInstanceCount") or 0)


def _least(inputs: Mapping[str, Any]) -> float:
    own, template = part(inputs, "scaling"), part(inputs, "template", "scaling")
    return float(own.get("manualInstanceCount") or own.get("minInstanceCount") or template.get("minInstanceCount") or 0)


def _size(template: Mapping[str, Any]) -> tuple[float, float]:
    """vCPUs and GiB of one instance, all containers together; what is not said is Cloud Run's own 1 and 512 MiB."""
    limits = [part(it, "resources", "limits") for it in each(template.get("containers"))] or [{}]
    return sum(cpus(it.get("cpu", "1")) for it in limits), sum(gib(it.get("memory", "512Mi")) for it in limits)


def _instances(asked: Asked, sku: str, cpu: float, memory: float, least: float) -> Iterator[Line]:
    """What is billed as long as it is there."""
    used = asked.usage
    number, assumed = (least, False) if used.instances is None else (used.instances, True)
    seconds = number * used.hours * SECONDS
    if not number:
        seconds, assumed = min(used.requests * SECONDS_A_REQUEST, used.hours * SECONDS), True
    names = (f"{sku}-cpu", f"{sku}-memory") if sku != "run" else ("run/cpu", "run/memory")
    yield Line(f"{number:g} x {cpu:g} vCPU", committed(asked, names[0]), cpu * seconds, assumed=assumed)
    yield Line(f"{number:g} x {memory:g} GiB", committed(asked, names[1]), memory * seconds, assumed=assumed)


def _by_request(asked: Asked, cpu: float, memory: float, least: float) -> Iterator[Line]:
    """What is billed while it answers, and for less while it waits."""
    used = asked.usage
    there = (least if used.instances is None else used.instances) * used.hours * SECONDS
    busy = used.requests * SECONDS_A_REQUEST
    idle = max(there - busy, 0)
    yield Line(f"{cpu:g} vCPU while it answers", "run/request-cpu", cpu * busy, assumed=True)
    yield Line(f"{memory:g} GiB while it answers", "run/request-memory", memory * busy, assumed=True)
    if there:
        yield Line(f"{cpu:g} vCPU while it waits", "run/idle-cpu", cpu * idle, assumed=True)
        yield Line(f"{memory:g} GiB while it waits", "run/idle-memory", memory * idle, assumed=True)
    yield Line("million requests", "run/requests", used.requests / 1e6, assumed=True)


SERVICE, POOL = "gcp:cloudrunv2/service:Service", "gcp:cloudrunv2/workerPool:WorkerPool"
RATES: dict[str, Rate] = {
    SERVICE: service,
    POOL: worker_pool,
    "gcp:cloudrunv2/job:Job": job,
    "gcp:cloudscheduler/job:Job": schedule,
}

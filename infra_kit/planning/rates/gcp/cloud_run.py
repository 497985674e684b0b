"""Cloud Run and Cloud Scheduler (https://cloud.google.com/run/pricing, https://cloud.google.com/scheduler/pricing).

An instance is billed as long as it is there (`cpuIdle: false`, what our drivers set), a job while it runs; with billing
by request only while it answers, and less while it waits. What every account has free is not taken off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra_kit.components.backup import BackupSpec
from infra_kit.components.restore_drill import RestoreDrillSpec
from infra_kit.counts import counted
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp.common import SECONDS, cpus, gib, logs
from infra_kit.planning.rates.reading import MILLION, SECONDS_A_REQUEST, committed, each, number, part
from infra_kit.planning.rates.runs import runs
from infra_kit.planning.rates.traces import SPANS, kept
from infra_kit.planning.usage import HOURS_A_MONTH

LEAST_RUN_SECONDS = 60
TO_ALL = "INGRESS_TRAFFIC_ALL"


def service(asked: Asked) -> Iterator[Line]:
    template = part(asked.inputs, "template")
    cpu, memory = _size(template)
    least = _least(asked.inputs)
    if all(_is_idle(it) for it in each(template.get("containers"))):
        yield from _by_request(asked, cpu, memory, least)
    else:
        yield from _instances(asked, "run", cpu, memory, least)
    if asked.inputs.get("ingress", TO_ALL) == TO_ALL:
        yield Line("GB out to the internet", "network/egress", asked.usage.gb_out, assumed=True)
    yield from logs(asked)
    yield from _traces(asked)


def _is_idle(container: Mapping[str, Any]) -> bool:
    """Whether it has CPU only while it answers: by default it does, but not where its `resources` are said."""
    resources = part(container, "resources")
    return bool(resources.get("cpuIdle", not resources))


def worker_pool(asked: Asked) -> Iterator[Line]:
    scaling = part(asked.inputs, "scaling")
    least = number(scaling.get("manualInstanceCount") or scaling.get("minInstanceCount"))
    cpu, memory = _size(part(asked.inputs, "template"))
    yield from _instances(asked, "run/pool", cpu, memory, least)
    yield from logs(asked)
    yield from _traces(asked)


def _traces(asked: Asked) -> Iterator[Line]:
    """https://cloud.google.com/stackdriver/pricing#trace-costs"""
    if count := kept(asked):
        words = f"{counted(count, 'trace')} of {SPANS} spans in Cloud Trace"
        yield Line(words, "trace/spans", count * SPANS / MILLION, assumed=True)


def job(asked: Asked) -> Iterator[Line]:
    template = part(asked.inputs, "template")
    cpu, memory = _size(part(template, "template"))
    count = runs(asked) * number(template.get("taskCount"), 1)
    seconds = count * max(asked.usage.run_minutes * 60, LEAST_RUN_SECONDS) if asked.usage.run_minutes else 0
    words = f"{count:g} runs of {asked.usage.run_minutes:g} min"
    if asked.made and isinstance(asked.made.spec, BackupSpec | RestoreDrillSpec):  # what tells their age
        seconds += HOURS_A_MONTH * LEAST_RUN_SECONDS
        words += ", and a look every hour"
    yield committed(asked, f"{cpu:g} vCPU, {words}", "run/cpu", cpu * seconds, assumed=True)
    yield committed(asked, f"{memory:g} GiB, {words}", "run/memory", memory * seconds, assumed=True)
    yield from logs(asked)


def schedule(_: Asked) -> Iterator[Line]:
    yield Line("a scheduled job", "scheduler/job", 1)


def least_instances(type_: str, inputs: Mapping[str, Any]) -> float:
    """How many instances a service or a pool has at least."""
    return _least(inputs) if type_ == SERVICE else number(part(inputs, "scaling").get("manualInstanceCount"))


def _least(inputs: Mapping[str, Any]) -> float:
    own, template = part(inputs, "scaling"), part(inputs, "template", "scaling")
    return number(own.get("manualInstanceCount") or own.get("minInstanceCount") or template.get("minInstanceCount"))


def _size(template: Mapping[str, Any]) -> tuple[float, float]:
    """vCPUs and GiB of one instance, all containers together; what is not said is Cloud Run's own 1 and 512 MiB."""
    limits = [part(it, "resources", "limits") for it in each(template.get("containers"))] or [{}]
    return sum(cpus(it.get("cpu", "1")) for it in limits), sum(gib(it.get("memory", "512Mi")) for it in limits)


def _instances(asked: Asked, sku: str, cpu: float, memory: float, least: float) -> Iterator[Line]:
    """What is billed as long as it is there."""
    used = asked.usage
    count, assumed = (least, False) if used.instances is None else (used.instances, True)
    seconds = count * used.hours * SECONDS
    if not count:
        seconds, assumed = min(used.requests * SECONDS_A_REQUEST, used.hours * SECONDS), True
    names = (f"{sku}-cpu", f"{sku}-memory") if sku != "run" else ("run/cpu", "run/memory")
    yield committed(asked, f"{count:g} x {cpu:g} vCPU", names[0], cpu * seconds, assumed=assumed)
    yield committed(asked, f"{count:g} x {memory:g} GiB", names[1], memory * seconds, assumed=assumed)


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
    yield Line("million requests", "run/requests", used.requests / MILLION, assumed=True)


SERVICE, POOL = "gcp:cloudrunv2/service:Service", "gcp:cloudrunv2/workerPool:WorkerPool"
RATES: Mapping[str, Rate] = {
    SERVICE: service,
    POOL: worker_pool,
    "gcp:cloudrunv2/job:Job": job,
    "gcp:cloudscheduler/job:Job": schedule,
}

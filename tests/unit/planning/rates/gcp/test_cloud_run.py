"""Cloud Run: what is billed by instance, by request and by run."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Job, Service, Worker
from infra_kit.planning.usage import HOURS_A_MONTH
from tests.unit.planning.rates.gcp.bills import POOL, RUN, bill, items, monthly, raw

IMAGE = f"registry.example/api@sha256:{'0' * 64}"
SECONDS = HOURS_A_MONTH * 3600


def containers(cpu: str = "1", memory: str = "512Mi", *, idle: bool = False) -> list[dict[str, Any]]:
    return [{"resources": {"cpuIdle": idle, "limits": {"cpu": cpu, "memory": memory}}}]


def service(least: int, **limits: Any) -> None:
    raw(RUN, template={"containers": containers(**limits)}, scaling={"minInstanceCount": least}, ingress="INTERNAL")


def test_our_service_is_billed_as_long_as_its_instances_are_there() -> None:
    there = bill(lambda: Service("api", image=IMAGE, cpu=1, memory_gb=2, min_instances=2))
    assert monthly(there, "run/cpu", "api-service") == pytest.approx(2 * SECONDS * 0.000018)
    assert monthly(there, "run/memory", "api-service") == pytest.approx(2 * 2 * SECONDS * 0.000002)
    assert "run/requests" not in items(there, "api-service")
    assert not items(there, "api-service")["run/cpu"].assumed


def test_a_mean_of_instances_may_be_said() -> None:
    there = bill(lambda: Service("api", image=IMAGE, min_instances=1, max_instances=5), {"api": {"instances": 2.5}})
    found = items(there, "api-service")["run/cpu"]
    assert float(found.quantity) == 2.5 * SECONDS
    assert found.assumed


def test_billed_by_request_an_instance_costs_less_while_it_waits() -> None:
    there = items(bill(lambda: service(1, idle=True)))
    busy = 1_000_000 * 0.2
    assert float(there["run/request-cpu"].quantity) == busy
    assert float(there["run/idle-cpu"].quantity) == SECONDS - busy
    assert float(there["run/requests"].monthly or 0) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("container", "by_request"),
    [
        ({}, True),
        ({"resources": {"limits": {"cpu": "1"}}}, False),
        ({"resources": {"limits": {"cpu": "1"}, "cpuIdle": True}}, True),
    ],
)
def test_it_is_billed_by_request_unless_its_resources_are_said_without_that(
    container: dict[str, Any], by_request: bool
) -> None:
    there = items(bill(lambda: raw(RUN, template={"containers": [container]}, scaling={"minInstanceCount": 1})))
    assert ("run/requests" in there, "run/cpu" in there) == (by_request, not by_request)


def test_with_no_instance_at_least_what_it_answers_is_billed() -> None:
    there = items(bill(lambda: service(0), {"*": {"requests": 2_000_000}}))
    assert float(there["run/cpu"].quantity) == 400_000
    assert there["run/cpu"].assumed


def test_our_worker_is_a_pool_which_costs_less() -> None:
    there = bill(lambda: Worker("mailer", image=IMAGE, min_instances=3))
    assert monthly(there, "run/pool-cpu", "mailer-pool") == pytest.approx(3 * SECONDS * 0.000011244)


def test_in_sao_paulo_a_pool_has_no_price_and_says_so() -> None:
    there = bill(lambda: Worker("mailer", image=IMAGE), region="southamerica-east1")
    assert {it.why for it in there.unpriced} == {
        "the price book of gcp in southamerica-east1 has no run/pool-cpu",
        "the price book of gcp in southamerica-east1 has no run/pool-memory",
    }


def test_a_job_costs_by_its_runs() -> None:
    there = bill(lambda: Job("report", image=IMAGE, cpu=1, schedule="0 3 * * *"), {"report": {"run_minutes": 10}})
    found = items(there, "report-job")["run/cpu"]
    assert float(found.quantity) == pytest.approx(365 / 12 * 600, rel=0.01)
    assert monthly(there, "scheduler/job", "report-schedule") == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("usage", "runs"),
    [({}, 4), ({"runs": 100}, 100), ({"runs": 0}, 0)],
)
def test_a_job_without_a_schedule_runs_once_a_week_or_as_is_said(usage: dict[str, float], runs: float) -> None:
    there = bill(
        lambda: Job("migrate", image=IMAGE, cpu=1), {"migrate": {"run_minutes": 5, **usage}} if usage else None
    )
    assert float(items(there, "migrate-job")["run/cpu"].quantity) == runs * 300


def test_what_is_paid_for_in_advance_costs_less() -> None:
    there = bill(lambda: service(2), {"*": {"commitment": "1y"}})
    assert monthly(there, "run/cpu/1y") == pytest.approx(2 * SECONDS * 0.00001494)


def test_a_public_service_pays_for_what_leaves_it() -> None:
    there = bill(lambda: raw(RUN, template={"containers": containers()}), {"*": {"gb_out": 100}})
    assert monthly(there, "network/egress") == pytest.approx(12)


@pytest.mark.parametrize("type_", [RUN, POOL])
def test_all_containers_of_an_instance_count(type_: str) -> None:
    two = [*containers("1500m", "1Gi"), *containers("500m", "512Mi")]
    there = bill(lambda: raw(type_, template={"containers": two}, scaling={"manualInstanceCount": 1}))
    cpu = next(it for sku, it in items(there).items() if sku.endswith("cpu"))
    memory = next(it for sku, it in items(there).items() if sku.endswith("memory"))
    assert (float(cpu.quantity), float(memory.quantity)) == (2 * SECONDS, 1.5 * SECONDS)

"""The rules that services, workers and jobs on Google Cloud are judged by, each by its Checkov id."""

from __future__ import annotations

from functools import cache

from infra_kit import Gateway, Job, Service, Worker
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, IMAGE, of
from tests.unit.rules import Row, check, each_environment, each_row, row

ROWS = [
    row("CKV_GCP_102", "alone-service", "ingress", "INGRESS_TRAFFIC_INTERNAL_ONLY"),
    row("CKV_GCP_102", "alone-service", "invokerIamDisabled", False),
    row("CKV_GCP_102", "api-service", "ingress", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
]
"""Of one that a gateway leads to, the ingress alone is the bound: see `service.py`."""


@cache
def made(environment: str) -> Recording:
    def program() -> None:
        alone, api = Service("alone", image=IMAGE), Service("api", image=IMAGE)
        Worker("scorer", image=IMAGE, links=[alone.link()])
        Job("nightly", image=IMAGE, links=[api.link()])
        Gateway("edge", routes={"/*": api}, domains=["api.example.com"])

    return of(program, {**GCP, "infra-kit:environment": environment})


@each_environment
@each_row(ROWS)
def test_an_input_is_as_its_rule_has_it(rule: Row, environment: str) -> None:
    check(rule, made(environment), environment)


@each_environment
def test_ckv_gcp_102_only_accounts_may_invoke(environment: str) -> None:
    grants = [it for it in made(environment).resources if "gcp:cloudrunv2/" in it.type and "Iam" in it.type]
    assert {it.inputs["member"].partition(":")[0] for it in grants} == {"serviceAccount"}

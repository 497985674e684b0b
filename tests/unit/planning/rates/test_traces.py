"""What the traces of a program cost where the cloud's own store keeps them."""

from __future__ import annotations

import dataclasses

import pytest

from infra_kit import Environment, Job, OtlpSink, Service, Tracing, Worker
from tests.unit.planning.rates.aws import bills as aws
from tests.unit.planning.rates.gcp import bills as gcp

IMAGE = f"registry.example/api@sha256:{'0' * 64}"
SINK = OtlpSink(url="https://api.axiom.co")
DEVELOPMENT = dataclasses.replace(aws.AWS, environment=Environment.DEVELOPMENT)


def test_x_ray_is_billed_by_the_share_of_requests_that_is_kept() -> None:
    made = aws.bill(
        lambda: Service("api", target=aws.AWS, image=IMAGE, tracing=Tracing()), api={"requests": 20_000_000}
    )
    (found,) = (it for it in aws.of(made, "api-service") if it.price and it.price.sku == "xray/traces")
    assert (float(found.quantity), float(found.monthly or 0), found.assumed) == (2, 10, True)


def test_a_worker_goes_by_its_messages_and_a_job_by_its_runs() -> None:
    def program() -> None:
        Worker("scorer", target=aws.AWS, image=IMAGE, tracing=Tracing(share=0.5))
        Job("nightly", target=aws.AWS, image=IMAGE, schedule="0 3 * * *", tracing=Tracing(share=1))

    made = aws.bill(program, scorer={"messages": 4_000_000}, nightly={"runs": 30})
    assert aws.skus(aws.of(made, "scorer-service"))["xray/traces"] == 2
    assert aws.skus(aws.of(made, "nightly-task"))["xray/traces"] == pytest.approx(30 / 1_000_000)


def test_in_development_all_are_kept_and_paid_for() -> None:
    made = aws.bill(lambda: Service("api", target=DEVELOPMENT, image=IMAGE, tracing=Tracing()))
    assert aws.skus(aws.of(made, "api-service"))["xray/traces"] == 1


def test_what_goes_to_a_sink_is_no_matter_of_the_clouds() -> None:
    for tracing in (None, Tracing(to=SINK)):
        made = aws.bill(lambda it=tracing: Service("api", target=aws.AWS, image=IMAGE, tracing=it))  # type: ignore[misc]
        assert "xray/traces" not in aws.skus(aws.of(made, "api-service"))


def test_cloud_trace_is_billed_by_the_span_and_the_collector_as_any_container() -> None:
    traced = gcp.bill(lambda: Service("api", image=IMAGE, tracing=Tracing(share=0.1)), {"api": {"requests": 5_000_000}})
    assert gcp.monthly(traced, "trace/spans", "api-service") == pytest.approx(5 * 0.1 * 10 * 0.2)
    plain = gcp.bill(lambda: Service("api", image=IMAGE))
    assert gcp.monthly(traced, "run/cpu", "api-service") == 2 * gcp.monthly(plain, "run/cpu", "api-service")
    pool = gcp.bill(lambda: Worker("scorer", image=IMAGE, tracing=Tracing(share=0.1)))
    assert gcp.monthly(pool, "trace/spans", "scorer-pool") == pytest.approx(0.1 * 10 * 0.2)

"""The collector beside a traced program: what it is told, and what the program's account may do for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Job, OtlpSink, Service, Sidecar, Tracing, features
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, IMAGE, of, service, template, variables, worker

SINK = OtlpSink(url="https://api.axiom.co", headers={"Authorization": "Bearer t0k$en"})
NAME = "infra-kit--traces"
MEMBER = "gcp:projects/iAMMember:IAMMember"


def collector(containers: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    (found,) = (it for it in containers if it["name"] == NAME)
    return found


def told(made: Recording) -> Mapping[str, Any]:
    its = collector(template(made)["containers"])
    return {each["name"]: each.get("value", each.get("valueSource")) for each in its["envs"]}


def configuration(made: Recording) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(told(made)["OTELCOL_CONFIG"])
    return found


def test_traces_go_to_cloud_trace_and_the_account_may_add_some() -> None:
    made = service(tracing=Tracing())

    assert configuration(made)["service"]["pipelines"]["traces"]["exporters"] == ["googlecloud"]
    (may,) = made.of_type(MEMBER)
    assert (may.inputs["role"], may.inputs["member"]) == (
        "roles/cloudtrace.agent",
        made.named("api-account").outputs["member"],
    )
    needed = made.named("api-service").options.depends_on
    assert may.urn in needed
    assert any(urn.endswith("::gcp-api-traces") for urn in needed)
    assert variables(made)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"


@pytest.mark.parametrize(("port", "takes"), [(8080, 4318), (4318, 4319)])
def test_program_and_collector_share_a_network_and_no_port(port: int, takes: int) -> None:
    made = service(tracing=Tracing(), port=port)
    assert variables(made)["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://127.0.0.1:{takes}"
    assert configuration(made)["receivers"]["otlp"]["protocols"] == {"http": {"endpoint": f"127.0.0.1:{takes}"}}
    # Else it would tell its own figures at a port that the program may want.
    assert configuration(made)["service"]["telemetry"] == {"metrics": {"level": "none"}}


def test_requests_go_to_the_program_which_waits_for_no_collector() -> None:
    own, proxy, beside = template(service(tracing=Tracing(), sidecars={"proxy": Sidecar(image=IMAGE)}))["containers"]
    assert (own["name"], proxy["name"], beside["name"]) == ("api", "sidecar-proxy", NAME)
    assert "ports" in own
    assert not {"ports", "startupProbe"} & beside.keys()
    assert "dependsOns" not in own
    assert beside["resources"] == {"limits": {"cpu": "1", "memory": "512Mi"}, "cpuIdle": False}


def test_headers_of_a_sink_are_read_from_secret_manager_by_the_collector_alone() -> None:
    made = service(tracing=Tracing(to=SINK), secrets={"TOKEN": "hidden"})

    assert configuration(made)["exporters"]["otlphttp"] == {
        "endpoint": "https://api.axiom.co",
        "headers": {"Authorization": "${env:INFRA_KIT_TRACES_AUTHORIZATION}"},
    }
    assert "secretKeyRef" in told(made)["INFRA_KIT_TRACES_AUTHORIZATION"]
    assert "INFRA_KIT_TRACES_AUTHORIZATION" not in variables(made)
    assert "TOKEN" in variables(made)
    assert "TOKEN" not in told(made)
    value = made.named("api-secret-INFRA_KIT_TRACES_AUTHORIZATION-version")
    # A collector takes a `$` for the beginning of a variable.
    assert (value.inputs["secretData"], "secretData" in value.secret_inputs) == ("Bearer t0k$$en", True)


def test_with_a_sink_the_account_has_no_right_to_cloud_trace() -> None:
    made = service(tracing=Tracing(to=SINK))
    assert made.of_type(MEMBER) == ()
    assert "cloudtrace" not in str([it.inputs for it in made.resources])


def test_a_worker_has_one_and_a_job_is_told_how_to_go_without() -> None:
    pool = worker(tracing=Tracing()).named("scorer-pool").inputs["template"]
    assert collector(pool["containers"])["resources"]["limits"]["cpu"] == "1"
    with pytest.raises(UnsupportedFeatureError, match=r"tracing: .*have the program send its spans itself") as refused:
        of(lambda: Job("nightly", image=IMAGE, tracing=Tracing()), GCP)
    assert features.TRACING in str(refused.value)


def test_an_instance_has_room_for_it_too() -> None:
    with pytest.raises(SpecError, match="tracing: with them an instance has 9 CPUs"):
        of(lambda: Service("api", image=IMAGE, cpu=8, tracing=Tracing()), GCP)


def test_what_is_not_traced_has_no_collector() -> None:
    assert [it["name"] for it in template(service())["containers"]] == ["api"]

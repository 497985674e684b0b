"""Service on Google Cloud: what Cloud Run is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from infra_kit import Gateway, Health, Release, Scaling, Service, Sidecar, Volume, Worker
from infra_kit.errors import SpecError, UnsupportedFeatureError
from tests.unit.providers.gcp.workloads import GCP, IMAGE, container, of, service, template
from tests.unit.refusals import refusal


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the plan says."""
    texts: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, *_: texts.append(text))
    return texts


IAM = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"


def test_no_request_comes_in_from_the_internet_and_callers_show_who_they_are() -> None:
    made = service()
    it = made.named("api-service").inputs
    assert it["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    assert it["invokerIamDisabled"] is False
    assert not made.of_type(IAM)


def test_a_gateway_that_is_made_later_opens_the_service_to_its_load_balancer() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        Service("inner", image=IMAGE)
        Gateway("edge", routes={"/*": api})

    made = of(program)
    it = made.named("api-service").inputs
    assert it["ingress"] == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    assert it["invokerIamDisabled"] is True
    assert made.named("inner-service").inputs["ingress"] == "INGRESS_TRAFFIC_INTERNAL_ONLY"


def test_the_plan_says_that_a_service_behind_a_gateway_answers_the_inside_too_once_for_each(said: list[str]) -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        Service("inner", image=IMAGE)
        Gateway("edge", routes={"/*": api, "/v2/*": api})
        Gateway("other", routes={"/*": api})

    of(program)
    found = [text for text in said if "answers whoever asks it from inside" in text]
    assert [text.partition(" on gcp")[0] for text in found] == [
        "Gateway 'edge': routes: Service 'api'",
        "Gateway 'other': routes: Service 'api'",
    ]


def test_a_link_lets_the_callers_account_call_and_says_how(said: list[str]) -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        Worker("scorer", image=IMAGE, links=[api.link()])

    made = of(program)
    (may,) = made.of_type(IAM)
    assert may.name == "scorer-link-api-invoker"
    assert may.inputs["role"] == "roles/run.invoker"
    assert may.inputs["name"] == "recorded-service"
    assert may.inputs["member"].startswith("serviceAccount:scorer-")
    assert "X-Serverless-Authorization" in "\n".join(said)


def test_its_address_is_its_own_by_https() -> None:
    it = service().named("api").outputs
    assert it["url"] == f"https://{it['host']}"
    assert it["port"] == 443


def test_an_instance_has_its_cpu_always() -> None:
    assert container(service())["resources"] == {"limits": {"cpu": "1", "memory": "512Mi"}, "cpuIdle": False}


def test_a_fixed_number_of_instances_takes_as_many_requests_as_it_gets() -> None:
    made = service(min_instances=3)
    assert made.named("api-service").inputs["scaling"] == {"minInstanceCount": 3}
    assert template(made)["scaling"] == {"maxInstanceCount": 3}
    assert template(made)["maxInstanceRequestConcurrency"] == 1000


def test_it_grows_by_use_of_cpu() -> None:
    made = service(min_instances=2, max_instances=20, scaling=Scaling(cpu_percent=60))
    assert template(made)["scaling"] == {"maxInstanceCount": 20, "cpuUtilization": 0.6}
    assert template(made).get("maxInstanceRequestConcurrency") is None


def test_without_a_share_of_cpu_it_grows_by_requests_at_a_time_alone() -> None:
    made = service(max_instances=20, scaling=Scaling(cpu_percent=None))
    assert template(made)["scaling"]["cpuUtilization"] == 0


def test_a_version_is_well_by_its_health_path_and_stays_so() -> None:
    health = Health(path="/ok", interval="20s", timeout="4s", start_timeout="90s", unhealthy_after=5)
    it = container(service(port=3000, health=health))
    asks = {"httpGet": {"path": "/ok", "port": 3000}, "timeoutSeconds": 4}
    assert it["ports"] == {"containerPort": 3000}
    assert it["startupProbe"] == {**asks, "periodSeconds": 4, "failureThreshold": 22}
    assert it["livenessProbe"] == {**asks, "periodSeconds": 20, "failureThreshold": 5}


@pytest.mark.parametrize(("start", "timeout"), [("240s", "50s"), ("239s", "2s"), ("3s", "3s")])
def test_a_version_is_waited_for_no_longer_than_cloud_run_allows(start: str, timeout: str) -> None:
    probe = container(service(health=Health(start_timeout=start, timeout=timeout, interval="240s")))["startupProbe"]
    assert probe["failureThreshold"] >= 1
    assert probe["periodSeconds"] * probe["failureThreshold"] <= int(start.removesuffix("s"))


def test_a_visitor_stays_where_that_is_asked() -> None:
    assert template(service(sticky_sessions=True))["sessionAffinity"] is True
    assert template(service())["sessionAffinity"] is False


def test_a_sidecar_stands_beside_and_is_asked_nothing() -> None:
    made = service(sidecars={"proxy": Sidecar(image="envoy:1", command=["envoy", "-c", "/e.yaml"])})
    own, beside = template(made)["containers"]
    assert (own["name"], beside["name"]) == ("api", "sidecar-proxy")
    assert beside["commands"] == ["envoy", "-c", "/e.yaml"]
    assert "ports" not in beside
    assert "livenessProbe" not in beside


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"health": Health(start_timeout="5m")}, "start_timeout: given 5m, Cloud Run waits 240 seconds at most"),
        ({"health": Health(interval="2h")}, "interval: given 2h, Cloud Run waits 3600 seconds at most"),
        ({"health": Health(healthy_after=3)}, "healthy_after: given 3; .*say healthy_after=1"),
        ({"max_instances": 2, "scaling": Scaling(cpu_percent=96)}, "cpu_percent: given 96, Cloud Run takes 95 at most"),
        ({"release": Release(max_failed_checks=5)}, "max_failed_checks: given 5; .*Leave it out"),
    ],
)
def test_what_cloud_run_cannot_do_is_refused_with_a_way_out(asked: Mapping[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=f"Service 'api': .*{why}"):
        service(**asked)


def test_what_is_only_a_default_is_said_in_the_plan(said: list[str]) -> None:
    service(max_instances=2)
    plan = "\n".join(said)
    assert "memory_percent: Cloud Run does not scale by memory" in plan
    assert "healthy_after: given 2; on Cloud Run an instance gets requests after one check" in plan
    assert "release.watch" not in plan


def test_a_watch_that_cloud_run_does_not_keep_is_said_in_the_plan(said: list[str]) -> None:
    service(release=Release(watch="2m"))
    assert "Service 'api': release.watch: given 2m; Cloud Run does not look at a version once it is well." in said


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"release": Release(strategy="blue-green")}, "blue-green: Cloud Run starts a new version whole"),
        (
            {"release": Release(max_error_percent=5)},
            "error-rollback: Cloud Run does not look at a new version's answers",
        ),
        (
            {"max_instances": 9, "scaling": Scaling(requests_per_instance=1000)},
            "scaling-by-requests: Cloud Run scales by",
        ),
        ({"max_instances": 9, "scaling": Scaling(memory_percent=80)}, "scaling-by-memory: Cloud Run scales by"),
        (
            {"volumes": {"data": Volume(path="/data", size_gb=1)}},
            "volumes: of what Cloud Run mounts, a bucket is no POSIX file system",
        ),
    ],
)
def test_what_cloud_run_lacks_is_a_gap_with_a_way_out(asked: Mapping[str, Any], why: str) -> None:
    text = refusal(
        lambda: Service("api", image=IMAGE, **asked), UnsupportedFeatureError, target="gcp", environment="staging"
    )
    assert why in text


def test_it_grows_by_cpu_where_the_stack_accepts_that_it_does_not_by_requests_and_memory() -> None:
    accepted = {"api": ["scaling-by-memory", "scaling-by-requests"]}
    scaling = Scaling(cpu_percent=70, memory_percent=80, requests_per_instance=1000)
    made = service(GCP | {"infra-kit:accepted-gaps": accepted}, min_instances=2, max_instances=20, scaling=scaling)
    assert template(made)["scaling"] == {"maxInstanceCount": 20, "cpuUtilization": 0.7}

"""Service on AWS: how it is reached, checked, released and scaled."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra_kit import Gateway, Health, Release, Scaling, Service
from infra_kit.components.service import ServiceSpec
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.providers.aws import service_front
from tests.unit.providers.aws.workloads import (
    AWS,
    IMAGE,
    containers,
    led_to,
    of,
    refused,
    service,
    variables,
    ways_into,
)
from tests.unit.refusals import refusal


def test_it_is_reached_by_its_name_from_inside() -> None:
    made = service(port=3000)
    assert made.named("api").outputs["url"] == "http://api.shop-c0c0c0.internal:3000"
    (record_,) = made.named("api-name").inputs["dnsConfig"]["dnsRecords"]
    assert record_ == {"type": "A", "ttl": 10}
    assert made.named("api-service").inputs["serviceRegistries"]["registryArn"]
    assert variables(made)["PORT"] == "3000"


def test_a_link_opens_the_port_for_the_caller_and_nobody_else() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE, port=3000)
        Service("web", image=IMAGE, links=[api.link()])

    made = of(program)
    assert ways_into(made, "api-security-group") == {"web-reaches-api": ("web-security-group-id", 3000)}
    assert variables(made, "web")["API_URL"] == "http://api.shop-c0c0c0.internal:3000"
    assert made.named("web-reaches-api").urn in made.named("web-service").options.depends_on


def test_its_health_is_asked_beside_it_with_the_figures_that_were_said() -> None:
    made = service(port=3000, health=Health(path="/ready", interval="10s", timeout="3s", unhealthy_after=4))
    check = containers(made)["infra_kit_front"]["healthCheck"]
    kind, script = check.pop("command")
    assert kind == "CMD-SHELL"
    assert 'timeout 3 nc 127.0.0.1 3000 -e sh -c "$ANSWERS" sh "$1"' in script
    assert "ask /ready" in script
    # It takes 60 s to start, and is asked once more, 10 s later, before it is well.
    assert check == {"interval": 10, "timeout": 3, "retries": 4, "startPeriod": 70}


@pytest.mark.parametrize(
    ("health", "seconds"), [(Health(healthy_after=5), 180), (Health(start_timeout="4m", healthy_after=5), 300)]
)
def test_an_instance_that_is_not_well_often_enough_yet_is_given_time(health: Health, seconds: int) -> None:
    assert containers(service(health=health))["infra_kit_front"]["healthCheck"]["startPeriod"] == seconds


def test_the_front_listens_elsewhere_than_the_service() -> None:
    assert service_front.port(ServiceSpec(image=IMAGE)) == 8443
    assert service_front.port(ServiceSpec(image=IMAGE, port=8443)) == 9443


@pytest.mark.parametrize("number", [1, 9, 10, 99, 1_048_576, 10_485_760, 10_485_760_000])
def test_a_length_beyond_the_bound_is_told_from_one_within(number: int) -> None:
    beyond = re.compile(service_front.above(number))
    for fits in (0, 1, number // 2, number - 1, number):
        assert not beyond.search(str(fits))
    for larger in (number + 1, number + 10, number * 2, number * 10, 10**15):
        assert beyond.search(str(larger))
    assert beyond.search(f"000{number + 1}")
    assert not beyond.search("many")


def test_bodies_are_bounded_as_the_gateway_says() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        Gateway("edge", routes={"/*": api}, domains=["api.example.com"], max_body_mb=25)

    (caddyfile,) = (
        it["value"] for it in containers(of(program))["infra_kit_front"]["environment"] if it["name"] == "CADDYFILE"
    )
    assert f"max_size {25 * 1024 * 1024}\n" in caddyfile


def test_an_instance_answers_nobody_before_its_smoke_tests_went_well() -> None:
    (with_tests,) = (
        it["value"]
        for it in containers(service(release=Release(smoke_tests=["/orders"])))["infra_kit_front"]["environment"]
        if it["name"] == "CADDYFILE"
    )
    assert "try_files /tried" in with_tests
    assert "error @untried 503" in with_tests


@pytest.mark.parametrize(
    ("asked", "minutes"),
    [
        # 20, and for each of them: 1 to start, 1 + 2 x 30 s until it is well, twice 30 s until an old one has ended.
        ({}, 20 + 4),
        ({"min_instances": 20}, 20 + 20 * 4),
        ({"min_instances": 20, "max_instances": 100}, 20 + 20 * 4),
        ({"min_instances": 3, "stop_timeout": "2m", "health": Health(start_timeout="5m")}, 20 + 3 * (1 + 5 + 1 + 4)),
    ],
)
def test_up_waits_for_as_long_as_a_version_may_take(asked: dict[str, Any], minutes: int) -> None:
    timeouts = service(**asked).named("api-service").request.customTimeouts
    assert (timeouts.create, timeouts.update) == (f"{minutes * 60}s", f"{minutes * 60}s")


def test_the_front_hears_what_ecs_says_to_its_container(tmp_path: Path) -> None:
    """A Caddy that writes down who it is: the process that was started, and no child of it."""
    caddy = tmp_path / "caddy"
    caddy.write_text(f'#!/bin/sh\necho "$$ $*" >{tmp_path}/told\n')
    caddy.chmod(0o755)
    (command,) = containers(service())["infra_kit_front"]["command"]
    told = {"PATH": f"{tmp_path}:/usr/bin:/bin", "CADDYFILE": "respond 100%d"}
    started = subprocess.Popen(["/bin/sh", "-c", command.replace("/data", str(tmp_path))], env=told)
    assert started.wait() == 0
    config = tmp_path / "Caddyfile"
    assert (tmp_path / "told").read_text() == f"{started.pid} run --config {config} --adapter caddyfile\n"
    assert config.read_text() == "respond 100%d"


def test_the_front_is_the_image_that_was_tried_and_no_other() -> None:
    _, _, digest = containers(service())["infra_kit_front"]["image"].partition("@sha256:")
    assert re.fullmatch("[0-9a-f]{64}", digest)


def test_a_version_that_fails_is_taken_back_and_up_waits_for_it_and_fails() -> None:
    inputs = service(min_instances=4).named("api-service").inputs
    # Without it the provider does not look at how the deployment ended.
    assert inputs["deploymentController"] == {"type": "ECS"}
    assert inputs["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert inputs["waitForSteadyState"]
    # One at a time: of four, the fifth comes before the first goes.
    assert (inputs["deploymentMinimumHealthyPercent"], inputs["deploymentMaximumPercent"]) == (100, 125)


def test_errors_take_a_version_back() -> None:
    made = led_to(release=Release(max_error_percent=5, watch="10m"))
    alarm = made.named("api-errors")
    assert alarm.inputs["threshold"] == 5
    errors, requests, percent = alarm.inputs["metricQueries"]
    assert errors["metric"]["metricName"] == "HTTPCode_Target_5XX_Count"
    assert errors["metric"]["period"] == requests["metric"]["period"] == 600
    assert errors["metric"]["dimensions"] == {
        "LoadBalancer": made.named("edge-balancer").outputs["arnSuffix"],
        "TargetGroup": made.named("edge-targets-api").outputs["arnSuffix"],
    }
    assert percent["expression"] == "100 * errors / requests"
    watching = made.named("api-service").inputs["alarms"]
    assert watching == {"alarmNames": [alarm.outputs["name"]], "enable": True, "rollback": True}


def test_a_service_grows_by_what_was_said() -> None:
    made = led_to(min_instances=2, max_instances=20, scaling=Scaling(requests_per_instance=1000))
    target = made.named("api-scaling").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (2, 20)
    policies = {
        it.name.removeprefix("api-scaling-"): it.inputs["targetTrackingScalingPolicyConfiguration"]
        for it in made.of_type("aws:appautoscaling/policy:Policy")
    }
    metrics = {name: it["predefinedMetricSpecification"] for name, it in policies.items()}
    assert {name: (it["targetValue"], metrics[name]["predefinedMetricType"]) for name, it in policies.items()} == {
        "cpu": (70, "ECSServiceAverageCPUUtilization"),
        "memory": (80, "ECSServiceAverageMemoryUtilization"),
        "requests": (1000, "ALBRequestCountPerTarget"),
    }
    assert metrics["requests"]["resourceLabel"] == "app/edge-1a2b3c4/targetgroup/edge-1a2b3c4"
    assert made.named("api-service").options.ignore_changes == ("desiredCount",)


def test_a_service_does_not_grow_by_what_is_not_to_be_looked_at() -> None:
    made = led_to(max_instances=2, scaling=Scaling(memory_percent=None))
    assert [it.name for it in made.of_type("aws:appautoscaling/policy:Policy")] == ["api-scaling-cpu"]


def test_what_does_not_grow_keeps_to_its_number() -> None:
    made = service(min_instances=3)
    assert made.of_type("aws:appautoscaling/target:Target") == ()
    assert made.named("api-service").options.ignore_changes == ()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"sticky_sessions": True}, "sticky_sessions"),
        ({"release": Release(max_error_percent=5)}, "release.max_error_percent"),
        ({"max_instances": 2, "scaling": Scaling(requests_per_instance=10)}, "scaling.requests_per_instance"),
    ],
)
def test_what_a_load_balancer_does_needs_a_gateway(asked: dict[str, Any], field: str) -> None:
    message = refused(lambda: Service("api", image=IMAGE, **asked))
    assert (
        f"Service 'api': {field}: it is the load balancer of a Gateway that does this, and none leads here" in message
    )
    led_to(**asked)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"health": Health(interval="2s", timeout="1s")}, "health.interval: given 2s, AWS takes '5s' to '300s'"),
        ({"health": Health(start_timeout="10m")}, "health.start_timeout: given 10m"),
        ({"health": Health(healthy_after=1)}, "health.healthy_after: given 1"),
        (
            {"health": Health(healthy_after=10, interval="60s")},
            "health.healthy_after: given 10, one each 60s, the first after 60s: ECS waits 300 seconds",
        ),
        ({"release": Release(max_failed_checks=5)}, "release.max_failed_checks: given 5"),
        ({"release": Release(max_error_percent=5, watch="90s")}, "release.watch: given 90s"),
    ],
)
def test_figures_that_aws_does_not_take_are_refused(asked: dict[str, object], words: str) -> None:
    message = refused(lambda: Service("api", image=IMAGE, **asked))  # type: ignore[arg-type]
    assert f"Service 'api': {words}" in message


@pytest.mark.parametrize(
    ("release", "is_said"),
    [(Release(watch="2m"), True), (Release(watch="2m", max_error_percent=5), False), (Release(), False)],
)
def test_a_watch_over_nothing_is_said_in_the_plan(
    monkeypatch: pytest.MonkeyPatch, release: Release, *, is_said: bool
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, *_: said.append(text))
    led_to(release=release)
    assert any("release.watch: given 2m; without max_error_percent, ECS looks" in text for text in said) == is_said


def test_blue_green_is_a_gap_with_a_way_out() -> None:
    message = refusal(
        lambda: Service("api", image=IMAGE, release=Release(strategy="blue-green")),
        UnsupportedFeatureError,
        target="aws",
        environment="staging",
    )
    assert "blue-green: ECS would move the weights of the Gateway's rule" in message
    assert "leave strategy out: each new instance answers smoke_tests before it gets a request" in message


def test_a_stack_that_accepts_the_gap_of_blue_green_keeps_what_takes_a_bad_version_back() -> None:
    made = led_to(
        {**AWS, "infra-kit:accepted-gaps": {"api": ["blue-green"]}},
        release=Release(
            strategy="blue-green", smoke_tests=["/orders"], max_smoke_failures_percent=50, max_error_percent=5
        ),
    )
    assert any("blue-green is left out" in warning for warning in made.warnings)
    deployed = made.named("api-service").inputs
    assert "deploymentConfiguration" not in deployed
    assert deployed["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert deployed["alarms"]["rollback"]
    (alarm,) = deployed["alarms"]["alarmNames"]
    assert alarm == made.named("api-errors").outputs["name"]
    assert "/orders" in containers(made)["infra_kit_front"]["healthCheck"]["command"][1]


def test_a_gateway_that_is_made_in_an_apply_is_refused() -> None:
    """What a service is made of is settled by then."""

    def program() -> None:
        api = Service("api", image=IMAGE)
        api.url.apply(lambda _: Gateway("edge", routes={"/*": api}, domains=["api.example.com"]))

    with pytest.raises(Exception, match="gateways are made while the program is read, not inside an apply"):
        of(program, AWS)

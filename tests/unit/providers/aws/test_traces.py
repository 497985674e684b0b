"""The collector beside a traced program: what it has, and that the program does without it."""

from __future__ import annotations

import json
from typing import Any

from infra_kit import OtlpSink, Tracing, Worker
from infra_kit.testing import Recording
from tests.unit.providers.aws.workloads import IMAGE, containers, job, of, service, statements, variables, worker

SINK = OtlpSink(url="https://api.axiom.co", headers={"Authorization": "Bearer t0k$en"})
NAME = "infra_kit_traces"


def collector(made: Recording, name: str = "api") -> dict[str, Any]:
    found: dict[str, Any] = containers(made, name)[NAME]
    return found


def configuration(made: Recording) -> dict[str, Any]:
    plain = {it["name"]: it["value"] for it in collector(made)["environment"]}
    told: dict[str, Any] = json.loads(plain["AOT_CONFIG_CONTENT"])
    return told


def test_traces_go_to_x_ray_of_the_region_and_the_role_may_do_just_that() -> None:
    made = service(tracing=Tracing())

    assert configuration(made)["service"]["pipelines"]["traces"]["exporters"] == ["awsxray"]
    assert {"name": "AWS_REGION", "value": "us-east-1"} in collector(made)["environment"]
    assert [it["Action"] for it in statements(made, "api-role-rights")] == [["xray:PutTraceSegments"]]
    assert collector(made)["secrets"] == []
    assert variables(made)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:4318"


def test_only_what_stands_in_the_task_reaches_the_collector() -> None:
    receiver = configuration(service(tracing=Tracing()))["receivers"]["otlp"]["protocols"]
    assert receiver == {"http": {"endpoint": "127.0.0.1:4318"}}
    assert "portMappings" not in collector(service(tracing=Tracing()))


def test_a_collector_that_ends_stops_no_program_and_is_started_again() -> None:
    for made, name in (
        (service(tracing=Tracing()), "api"),
        (worker(tracing=Tracing()), "scorer"),
        (job(tracing=Tracing()), "nightly"),
    ):
        its, own = collector(made, name), containers(made, name)[name]
        assert (its["essential"], own["essential"]) == (False, True)
        assert its["restartPolicy"] == {"enabled": True, "restartAttemptPeriod": 60}
        # Begun before the program, it is ended after it: what the program says last is taken too.
        assert own["dependsOn"] == [{"containerName": NAME, "condition": "START"}]
        assert (its["readonlyRootFilesystem"], "@sha256:" in its["image"]) == (True, True)


def test_the_task_has_its_memory_beyond_what_the_program_asks() -> None:
    def size(**asked: Any) -> tuple[str, str]:
        task = of(lambda: Worker("scorer", image=IMAGE, cpu=0.25, memory_gb=0.5, **asked)).named("scorer-task")
        return task.inputs["cpu"], task.inputs["memory"]

    assert (size(), size(tracing=Tracing())) == (("256", "512"), ("256", "1024"))
    assert collector(service(tracing=Tracing()))["memory"] == 256


def test_headers_of_a_sink_are_read_by_ecs_and_told_to_the_collector_alone() -> None:
    made = service(tracing=Tracing(to=SINK), secrets={"TOKEN": "hidden"})

    assert configuration(made)["exporters"] == {
        "otlphttp": {
            "endpoint": "https://api.axiom.co",
            "headers": {"Authorization": "${env:INFRA_KIT_TRACES_AUTHORIZATION}"},
        }
    }
    (secret,) = collector(made)["secrets"]
    assert secret["name"] == "INFRA_KIT_TRACES_AUTHORIZATION"
    assert ":INFRA_KIT_TRACES_AUTHORIZATION:" in secret["valueFrom"]
    assert "INFRA_KIT_TRACES_AUTHORIZATION" not in variables(made)
    assert ":TOKEN:" in variables(made)["TOKEN"]
    stored = json.loads(made.named("api-secrets-value").inputs["secretString"])
    # A collector takes a `$` for the beginning of a variable.
    assert stored == {"TOKEN": "hidden", "INFRA_KIT_TRACES_AUTHORIZATION": "Bearer t0k$$en"}
    assert "t0k" not in made.named("api-task").inputs["containerDefinitions"]


def test_with_a_sink_the_role_has_no_right_to_x_ray() -> None:
    assert "xray" not in str([it.inputs for it in service(tracing=Tracing(to=SINK)).resources])


def test_what_is_not_traced_has_no_collector() -> None:
    assert NAME not in containers(service())
    assert "dependsOn" not in containers(service())["api"]

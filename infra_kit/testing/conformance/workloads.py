"""What holds for all that runs a program: Service, Worker, Job."""

from __future__ import annotations

from typing import Any

from infra_kit import Environment, OtlpSink, Target, Tracing, features
from infra_kit.recording import Recording, Resource
from infra_kit.testing.conformance.base import Base, inputs, standing_in
from infra_kit.workloads import TRACING

IMAGE = "registry.example/api@sha256:" + 4 * "0123456789abcdef"
SECRET = "a-token-of-the-tests"  # noqa: S105  what must not be seen


class WorkloadRules(Base):
    def test_a_secret_variable_is_in_no_plain_environment(self, target: Target) -> None:
        made = self.record(standing_in(target, Environment.PRODUCTION), secrets={"TOKEN": SECRET})
        assert any(SECRET in str(each.inputs) for each in made.resources)
        assert _seen(made) == []

    def test_a_plain_variable_arrives(self, target: Target) -> None:
        made = self.record(target, environment={"LOG_LEVEL": "only-here"})
        assert any("only-here" in str(each.inputs) for each in made.resources)

    def test_a_traced_program_is_told_where_its_traces_go(self, target: Target) -> None:
        if features.TRACING in self.gaps(target, {"tracing": Tracing()}):
            return
        made = str([each.inputs for each in self.record(target, tracing=Tracing(share=0.25)).resources])
        assert all(key in made for key in TRACING)
        assert "OTEL_" not in str([each.inputs for each in self.record(target).resources])

    def test_a_sink_may_want_no_headers(self, target: Target) -> None:
        sink = OtlpSink(url="https://only-here.example")
        if features.TRACING in self.gaps(target, {"tracing": Tracing(to=sink)}):
            return
        assert "only-here.example" in str(inputs(self.record(target, tracing=Tracing(to=sink))))

    def test_headers_of_a_sink_are_told_to_whoever_sends_there_alone(self, target: Target) -> None:
        sink = OtlpSink(url="https://traces.example", headers={"X-Token": SECRET})
        if features.TRACING in self.gaps(target, {"tracing": Tracing(to=sink)}):
            return
        made = self.record(standing_in(target, Environment.PRODUCTION), tracing=Tracing(to=sink))
        assert any(SECRET in str(each.inputs) for each in made.resources)
        assert _seen(made) == []


def _seen(made: Recording) -> list[str]:
    """The resources that have the secret in clear, by name."""
    return [each.name for each in made.resources if SECRET in str(_clear(each))]


def _clear(resource: Resource) -> dict[str, Any]:
    return {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}

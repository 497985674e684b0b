"""What holds for all that runs a program: Service, Worker, Job."""

from __future__ import annotations

from infra_kit import Environment, Target
from infra_kit.testing.conformance.base import Base, standing_in

IMAGE = "registry.example/api@sha256:" + 4 * "0123456789abcdef"
SECRET = "a-token-of-the-tests"  # noqa: S105  what must not be seen


class WorkloadRules(Base):
    def test_a_secret_variable_is_in_no_plain_environment(self, target: Target) -> None:
        made = self.record(standing_in(target, Environment.PRODUCTION), secrets={"TOKEN": SECRET})
        assert any(SECRET in str(each.inputs) for each in made.resources)
        for each in made.resources:
            clear = {key: value for key, value in each.inputs.items() if key not in each.secret_inputs}
            assert SECRET not in str(clear), each.name

    def test_a_plain_variable_arrives(self, target: Target) -> None:
        made = self.record(target, environment={"LOG_LEVEL": "only-here"})
        assert any("only-here" in str(each.inputs) for each in made.resources)

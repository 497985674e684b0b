"""Services, workers and jobs on AWS, recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra_kit import Gateway, Job, Service, Worker
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record
from tests.unit.refusals import refusal

IMAGE = "registry.example/api:1.4"
AWS = {
    "infra-kit:target": "aws", "infra-kit:environment": "staging", "infra-kit:region": "us-east-1",
    "infra-kit:app": "shop",
}  # fmt: skip
PRODUCTION = AWS | {"infra-kit:environment": "production"}
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def of(program: Callable[[], object], config: Mapping[str, Any] = AWS) -> Recording:
    return record(program, config=config)


def service(config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    return of(lambda: Service("api", **{"image": IMAGE, **asked}), config)


def led_to(config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    """A service that a gateway leads to."""

    def program() -> None:
        api = Service("api", **{"image": IMAGE, **asked})
        Gateway("edge", routes={"/*": api}, domains=["api.example.com"])

    return of(program, config)


def worker(config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    return of(lambda: Worker("scorer", **{"image": IMAGE, **asked}), config)


def job(config: Mapping[str, Any] = AWS, **asked: Any) -> Recording:
    return of(lambda: Job("nightly", **{"image": IMAGE, **asked}), config)


def refused(make: Callable[[], object], environment: str = "staging") -> str:
    return refusal(make, SpecError, target="aws", region="us-east-1", environment=environment)


def containers(made: Recording, name: str = "api") -> dict[str, Any]:
    """By name, those of a component's task."""
    found = json.loads(made.named(f"{name}-task").inputs["containerDefinitions"])
    return {each["name"]: each for each in found}


def variables(made: Recording, name: str = "api") -> dict[str, str]:
    """By name, a plain value or where a secret is."""
    own = containers(made, name)[name]
    plain = {each["name"]: each["value"] for each in own["environment"]}
    return plain | {each["name"]: each["valueFrom"] for each in own["secrets"]}


def statements(made: Recording, name: str) -> list[Mapping[str, Any]]:
    """Of a policy."""
    found: list[Mapping[str, Any]] = json.loads(made.named(name).inputs["policy"])["Statement"]
    return found


def actions(found: Sequence[Mapping[str, Any]]) -> set[str]:
    return {action for statement in found for action in statement["Action"]}


def ways_into(made: Recording, group: str) -> dict[str, tuple[str, int]]:
    """By name, the rules that let something into a group: from where, at which port."""
    sources = ("referencedSecurityGroupId", "prefixListId", "cidrIpv4")
    rules = [
        it for it in made.of_type(INGRESS) if it.inputs["securityGroupId"] == made.named(group).request.name + "-id"
    ]
    assert all((it.inputs["ipProtocol"], it.inputs["toPort"]) == ("tcp", it.inputs["fromPort"]) for it in rules)
    return {
        it.name: (next(it.inputs[source] for source in sources if source in it.inputs), it.inputs["fromPort"])
        for it in rules
    }

"""What the tests of NomadShift's stacks share: their names, and how they are looked at."""

from __future__ import annotations

import json
from typing import Any

from infra_kit.testing import Recording

AWS, STAGING, GCP, LOCAL = (f"nomadshift-{it}" for it in ("production", "staging", "gcp-production", "development"))
PHASES = ("1", "2", "3")


def asked(stack: Recording, name: str) -> Any:
    """What a component is, without what its target lacks."""
    return next(it for it in stack.components if it.name == name).spec


def variables(stack: Recording, service: str) -> set[str]:
    """Those that ECS or Cloud Run gives a program, plain and secret."""
    if runs := [it for it in stack.children(service) if it.type.startswith("gcp:cloudrunv2/job:")]:
        (container,) = runs[0].inputs["template"]["template"]["containers"]
        return {it["name"] for it in container["envs"]}
    (task,) = (it for it in stack.children(service) if it.type == "aws:ecs/taskDefinition:TaskDefinition")
    (program,) = (it for it in json.loads(task.inputs["containerDefinitions"]) if it["name"] == service)
    return {it["name"] for it in (*program["environment"], *program["secrets"])}


def rules(stack: Recording, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.named(name).inputs["rules"]
    return found

"""NomadShift on Google Cloud, the one stack of the seeds that stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit.engine.project import Project
from infra_kit.planning import costs, programs

STACK = "nomadshift-gcp-production"


@pytest.mark.parametrize("phase", ["1", "2"])
def test_all_of_it_has_a_price_but_for_its_parameters(phase: str) -> None:
    there = costs.cost(programs.plan(Project.find(Path(__file__)), STACK, [f"infra-kit:phase={phase}"]))
    assert {it.why for it in there.unpriced} == {"the price book of gcp in us-east1 has no parameters/version"}
    paid = there.by_component()
    assert {"db", "cache", "api", "gateway", "edge", "network"} <= {name for name, dollars in paid.items() if dollars}

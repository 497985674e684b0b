"""The bill of a small program on aws."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra_kit import Environment, Target
from infra_kit.engine.project import Project
from infra_kit.planning import costs
from infra_kit.planning.answers import Answers
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.costs import Costs, Item
from infra_kit.planning.programs import Planned
from infra_kit.testing import record

AWS = Target(name="aws", app="shop", environment=Environment.PRODUCTION)


def planned(program: Callable[[], object], region: str, usage: Mapping[str, Any]) -> Planned:
    values = {"aws:region": region, "infra-kit:region": region, "infra-kit:usage": usage}
    config = Configuration(Project.find(Path(__file__)), "test", values, frozenset())
    recording = record(program, config={"aws:region": region, "infra-kit:region": region}, unknown=Answers())
    return Planned(config, recording, ())


def bill(program: Callable[[], object], *, region: str = "us-east-1", **usage: Mapping[str, Any]) -> Costs:
    """What it costs, with the usage of each component; of all by `every`."""
    usage = {"*" if name == "every" else name: values for name, values in usage.items()}
    return costs.cost(planned(program, region, usage))


def of(made: Costs, name: str) -> list[Item]:
    return [item for item in made.items if item.resource == name]


def skus(items: list[Item]) -> dict[str, float]:
    """By SKU, the quantity of each."""
    return {item.price.sku: float(item.quantity) for item in items if item.price}

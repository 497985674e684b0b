"""The tables of docs/lock-in.md say what the planner says."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from infra_kit.components.event_bus import EventBusSpec
from infra_kit.components.external_service import ExternalServiceSpec
from infra_kit.engine.project import Project
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.costs import cost
from infra_kit.planning.lock_in import LockIn, lock_in
from infra_kit.planning.lock_in_aspects import Subject, subject
from infra_kit.planning.programs import plan
from stacks.zuclubit.events import CONSUMERS, STREAMS

ROOT = Path(__file__).parents[3]
PHASES = ("1", "2", "3")


def table(header: str) -> Iterator[list[str]]:
    """The rows of the table of docs/lock-in.md whose header begins so."""
    text = (ROOT / "docs" / "lock-in.md").read_text()
    _, _, rows = text.partition(f"\n| {header} |")[2].partition("|\n|---")
    for row in rows.partition("\n")[2].splitlines():
        if not row.startswith("| "):
            return
        yield [cell.strip() for cell in row.strip("|").split("|")]


WHOLE, PARTS, REPLACED = (list(table(header)) for header in ("phase", "part", "of AWS"))


@cache
def found(phase: str) -> LockIn:
    planned = plan(Project.find(ROOT), "zuclubit-production", [f"infra-kit:phase={phase}"])
    return lock_in(planned, cost(planned))


def test_there_is_a_row_for_each_phase_and_for_each_score_of_the_seed() -> None:
    assert [phase for phase, *_ in WHOLE] == list(PHASES)
    assert [seed for _, seed, *_ in PARTS] == ["3", "3", "2", "3", "9", "not scored"]
    assert [name for name, *_ in REPLACED] == list(HERE)


@pytest.mark.parametrize("row", WHOLE, ids=[row[0] for row in WHOLE])
def test_a_phase_has_the_scores_with_and_without_what_is_accepted_and_what_would_lower_it(row: list[str]) -> None:
    phase, _, whole, unaccepted, lower = row
    scored = found(phase)
    assert (str(scored.total), str(scored.unaccepted)) == (whole, unaccepted)
    assert scored.change
    assert lower == f"`{scored.change.component}`: {scored.change.before:.2f} → {scored.change.after:.2f}"


@pytest.mark.parametrize("row", PARTS, ids=[row[0] for row in PARTS])
def test_a_part_has_its_score_in_each_phase(row: list[str]) -> None:
    _, _, here, *cells, _ = row
    named = set(re.findall(r"`([\w-]+)`", here))
    for phase, cell in zip(PHASES, cells, strict=True):
        scores = {it.score for it in found(phase).scores if named & {it.component, it.kind}}
        assert cell == ", ".join(map(str, sorted(scores)))


def beside(type_: str) -> Subject:
    return Subject(type_, type_.partition(":")[0], facts.RAW[type_], None)


def of(component: str) -> float:
    return next(it.score for it in found("1").scores if it.component == component)


def native() -> float:
    """The stack's bus, had it been AWS' own."""
    held = subject("EventBus", "aws", EventBusSpec(engine="native", streams=STREAMS, consumers=CONSUMERS))
    assert held
    return held.score


def bought(protocol: str) -> float:
    held = subject("ExternalService", "aws", ExternalServiceSpec(vendor="Upstash", protocol=protocol))
    assert held
    return held.score


HERE: dict[str, tuple[Callable[[], float], Callable[[], float]]] = {
    "DynamoDB": (lambda: beside("aws:dynamodb/table:Table").score, lambda: of("documents")),
    "Cognito": (lambda: beside("aws:cognito/userPool:UserPool").score, lambda: of("auth")),
    "EventBridge and SQS": (native, lambda: of("events")),
    "ElastiCache": (lambda: of("cache"), lambda: bought("redis")),
    "Aurora": (lambda: beside("aws:rds/cluster:Cluster").score, lambda: of("db")),
}
"""By what the seed has replaced, its score here and that of what it takes instead."""


@pytest.mark.parametrize("row", REPLACED, ids=[row[0] for row in REPLACED])
def test_what_the_seed_has_replaced_has_its_score_and_that_of_what_stands_there_instead(row: list[str]) -> None:
    name, before, _, after, _ = row
    assert (before, after) == tuple(str(score()) for score in HERE[name])


def test_what_the_text_says_of_sagemaker_is_what_its_endpoint_scores() -> None:
    [row] = [row for row in PARTS if row[0] == "AI"]
    assert f"would score {beside('aws:sagemaker/endpoint:Endpoint').score}" in row[-1]

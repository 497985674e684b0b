"""What holds a user of one part, aspect by aspect."""

import re
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from infra_kit import target
from infra_kit.components.backup import Backup
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.components.external_service import ExternalServiceSpec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.components.restore_drill import RestoreDrillSpec
from infra_kit.components.service import Release, Scaling, ServiceSpec
from infra_kit.errors import TargetNotInstalledError
from infra_kit.planning import lock_in_facts as facts
from infra_kit.planning.lock_in_aspects import WEIGHTS, Aspect, Subject, not_installed, subject
from infra_kit.spec import Spec
from infra_kit.streams import Stream

PAGE = Path(__file__).parents[3] / "docs" / "lock-in.md"
BUS = EventBusSpec(engine="native", streams={"ORDERS": Stream(subjects=["order.*"])})
SMOKE_TESTED = ServiceSpec(image="registry.example/api:1", release=Release(smoke_tests=["/health"]))
DRILL = RestoreDrillSpec.model_construct(of=cast("Backup", None), checks={})
TABLE = "aws:dynamodb/table:Table"


def effort(it: Subject | None) -> Aspect:
    assert it
    return next(aspect for aspect in it.aspects if aspect.name == "effort")


def test_the_weights_are_those_of_the_page_and_a_whole() -> None:
    said = re.findall(r"^\| (\w+): [^|]+\| (\d+) % \|", PAGE.read_text(), re.M)
    assert {name: int(percent) / 100 for name, percent in said} == WEIGHTS
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("kind", "spec", "score", "why"),
    [
        ("Postgres", PostgresSpec(), 0, "local, vps, gcp take it as it is"),
        ("Service", SMOKE_TESTED, 0, "local, vps take it as it is"),
        ("Postgres", PostgresSpec(high_availability=True), 2, "only gcp takes it as it is"),
        ("EventBus", BUS, 9, "written for this vendor's API"),
        ("RestoreDrill", DRILL, 0, "local, vps, gcp take it as it is"),
        ("ExternalService", ExternalServiceSpec(vendor="Sentry"), 6, "another vendor"),
    ],
)
def test_the_effort_is_less_the_more_of_our_targets_take_what_is_asked(
    kind: str, spec: Spec, score: float, why: str
) -> None:
    found = effort(subject(kind, "aws", spec))
    assert found.score == score
    assert why in found.why


def test_what_the_others_take_with_gaps_only_takes_more_effort_and_names_the_gaps() -> None:
    scaled = ServiceSpec(image="registry.example/api:1", max_instances=4, scaling=Scaling(requests_per_instance=1000))
    found = effort(subject("Service", "aws", scaled))
    assert found.score == 5
    assert "vps without autoscaling; gcp without scaling-by-requests" in found.why


def test_what_stands_beside_our_components_takes_another_program() -> None:
    assert effort(Subject(TABLE, "aws", facts.RAW[TABLE], None)).score == 9


def test_a_target_that_is_not_installed_is_named_and_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Effort is then what it is with what can be asked, and never less."""
    asked_for = PostgresSpec(high_availability=True)
    assert not_installed() == ()
    installed = target.package

    def package(name: str) -> ModuleType:
        if name == "gcp":
            raise TargetNotInstalledError("the target 'gcp' needs pulumi_gcp, not installed here.")
        return installed(name)

    monkeypatch.setattr(target, "package", package)
    assert not_installed() == ("gcp",)
    assert effort(subject("Postgres", "aws", asked_for)).score > 2

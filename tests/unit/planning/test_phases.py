"""The phases of a system side by side."""

import pytest

from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError, PlanningError
from infra_kit.planning.phases import Description, descriptions, fitting, passed, phases, unsaid
from tests.unit.planning.conftest import MakeProject

SHOP = """
    import pulumi
    from infra_kit import Postgres, Redis
    Postgres("db", memory_gb=2)
    if pulumi.Config("infra-kit").get("phase") == "2":
        Redis("cache", memory_gb=1)
"""
PHASES = """
    "1": {title: Start, stack: production, until: {users: 1000, data_gb: 10}, signals: [the database is slow]}
    "2": {title: Growth, stack: production, settings: ["infra-kit:environment=staging"], until: {users: 5000}}
    "3": {title: Beyond, stack: production}
"""
LOCAL = "config: {infra-kit:target: local, infra-kit:environment: development}"


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(SHOP, files={"phases.yaml": PHASES}, production=LOCAL)


def test_each_phase_is_planned_with_its_stack(project: Project) -> None:
    first, second, _ = phases(project, None)
    assert first.components == {"db": "Postgres on local"}
    assert second.components == {"db": "Postgres on local", "cache": "Redis on local"}
    assert (first.title, first.until, first.signals) == (
        "Start",
        {"users": 1000, "data_gb": 10},
        ("the database is slow",),
    )


@pytest.mark.parametrize(
    ("figures", "fits"),
    [
        ({"users": 1000}, "1"),
        ({"users": 1001}, "2"),
        ({"users": 10, "data_gb": 11}, "2"),
        ({"users": 5001}, "3"),
        ({}, "1"),
    ],
)
def test_the_first_phase_that_is_enough_fits(project: Project, figures: dict[str, float], fits: str) -> None:
    assert fitting(descriptions(project, None), figures) == (fits,)


def test_beyond_the_last_phase_none_fits_and_one_of_which_nobody_said_until_when_may() -> None:
    said, unsaid_ = Description(title="A", stack="s", until={"users": 10}), Description(title="B", stack="s")
    assert fitting({"1": said, "2": said}, {"users": 11}) == ()
    assert fitting({"1": unsaid_, "2": said}, {"users": 5}) == ("1", "2")
    assert fitting({"1": said, "2": unsaid_}, {"users": 11}) == ("2",)


def test_what_nobody_gave_is_told(project: Project) -> None:
    assert unsaid(descriptions(project, None), {"users": 3}) == ["data_gb"]


def test_what_a_phase_is_not_enough_for_is_told_in_figures() -> None:
    phase = Description(title="Start", stack="production", until={"users_a_month": 1000, "data_gb": 10})
    assert passed(phase, {"users_a_month": 1200, "data_gb": 4}) == ["users a month 1200 > 1000"]


@pytest.mark.parametrize(
    ("figures", "said"), [({"visitors": 3}, "go by: data_gb, users"), ({"users": -1}, "0 or more")]
)
def test_a_figure_that_nobody_goes_by_is_refused(project: Project, figures: dict[str, float], said: str) -> None:
    with pytest.raises(PlanningError, match=said):
        fitting(descriptions(project, None), figures)


def test_a_system_without_a_file_is_told_with_those_that_have_one(make_project: MakeProject) -> None:
    project = make_project(SHOP, files={"big_shop/phases.yaml": PHASES}, production=LOCAL)
    assert list(descriptions(project, "big-shop")) == ["1", "2", "3"]
    with pytest.raises(ConfigError, match=r"there is no .*small_shop/phases\.yaml.*big-shop \(--system\)"):
        descriptions(project, "small-shop")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'1': {title: Start}", "stack is required"),
        ("'1': {title: Start, stack: prod}", r"1: stack: there is no stack 'prod'\. Stacks: production"),
        ("{}", "describes no phase"),
        ("- a", "mapping"),
    ],
)
def test_a_file_that_describes_no_phases_is_refused(make_project: MakeProject, text: str, said: str) -> None:
    project = make_project(SHOP, files={"phases.yaml": text}, production=LOCAL)
    with pytest.raises(ConfigError, match=said):
        descriptions(project, None)

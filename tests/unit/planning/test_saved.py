"""A plan that was kept: as good as the plan itself, without its secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infra_kit.errors import PlanningError
from infra_kit.planning import saved
from infra_kit.planning.programs import Planned, plan
from infra_kit.planning.transition import transition
from infra_kit.recording import root
from tests.unit.planning.conftest import MakeProject
from tests.unit.planning.test_transition import AWS, GONE, SHOP, moves


@pytest.fixture
def shop(make_project: MakeProject) -> Callable[..., Planned]:
    project = make_project(SHOP, production=AWS)
    return lambda *settings: plan(project, "production", settings)


def test_a_saved_plan_is_as_good_as_the_plan_itself(shop: Callable[..., Planned], tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    saved.write(shop(), file)
    again = transition(saved.read(file), shop())
    assert again.moves == ()
    assert again.unpriced[0] == again.unpriced[1]
    assert {change.fate for change in again.changes} == {"kept"}
    assert moves(transition(saved.read(file), shop("shop:db=none"))) == GONE


def test_a_plan_of_this_machine_that_was_saved_by_another_run_is_the_same(
    make_project: MakeProject, tmp_path: Path
) -> None:
    """A run records in a folder of its own, which is gone when it ends: it must not be in the file."""
    program = "from infra_kit import Postgres, Redis\nPostgres('db')\nRedis('cache')\n"
    project = make_project(program, dev="config: {infra-kit:target: local, infra-kit:environment: development}")
    file = tmp_path / "plan.json"
    saved.write(plan(project, "dev"), file)
    root.cache_clear()
    found = transition(saved.read(file), plan(project, "dev"))
    assert {change.fate for change in found.changes} == {"kept"}
    assert "infra-kit-recording-" not in file.read_text()


def test_a_saved_plan_holds_no_secret(make_project: MakeProject, tmp_path: Path) -> None:
    program = """
        import pulumi, pulumi_random
        pulumi_random.RandomPassword("key", length=20, keepers={"of": pulumi.Output.secret("hunter2")})
    """
    planned = plan(make_project(program, production=AWS), "production")
    saved.write(planned, tmp_path / "plan.json")
    assert planned.recording.named("key").inputs["keepers"] == {"of": "hunter2"}
    assert "hunter2" not in (tmp_path / "plan.json").read_text()


@pytest.mark.parametrize("text", ["", "{}", '{"format": 99}', "[1]"])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(PlanningError, match=r"plan\.json"):
        saved.read(tmp_path / "plan.json")


def test_a_file_that_is_not_there_is_told_with_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(PlanningError, match="infra-kit plan --save"):
        saved.read(tmp_path / "none.json")


def test_a_change_beside_a_secret_is_seen(make_project: MakeProject, tmp_path: Path) -> None:
    program = """
        import pulumi, pulumi_docker
        level = pulumi.Config().require("level")
        secret = pulumi.Output.secret("hunter2")
        pulumi_docker.Container("app", image="app", envs=[f"LOG_LEVEL={level}", pulumi.Output.concat("KEY=", secret)])
    """
    project = make_project(program, dev="config: {infra-kit:target: local, 'shop:level': info}")
    saved.write(plan(project, "dev"), tmp_path / "plan.json")
    assert "hunter2" not in (tmp_path / "plan.json").read_text()
    found = transition(saved.read(tmp_path / "plan.json"), plan(project, "dev", ["shop:level=debug"]))
    assert {change.resource.name: change.keys for change in found.changes} == {"app": ("envs",)}

"""What `infra-kit transition --engine` reads from the real `pulumi preview --json`, beside what is said offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from infra_kit.engine.display import Progress
from infra_kit.engine.operations import Step
from infra_kit.engine.project import Project
from infra_kit.planning import preview
from infra_kit.planning.changes import Fate
from infra_kit.planning.programs import plan
from infra_kit.planning.transition import Transition, transition
from tests.shop import Shop, open_shop
from tests.toy import STACK, Toy

PROGRAM = """
    import pulumi
    from infra_kit import ObjectStore, Redis

    config = pulumi.Config()
    for name in config.require_object("caches"):
        Redis(name, memory_gb=config.require_float("memory"))
    ObjectStore("files", versioning=True)
"""
CONFIG = {"shop:caches": ["cache", "sessions"], "shop:memory": 0.05}
OPS = {"same": Fate.KEPT, "update": Fate.CHANGED, "create": Fate.CREATED, "delete": Fate.DELETED}


@pytest.fixture(scope="module")
def standing(cli: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Two caches and a store of the local target, up."""
    program = tmp_path_factory.mktemp("program")
    (program / "__main__.py").write_text(dedent(PROGRAM))
    with open_shop(cli, program=program) as shop:
        shop.configure(**CONFIG)
        shop.up()
        yield shop


def both(shop: Shop, patch: pytest.MonkeyPatch, *settings: str) -> tuple[Transition, list[Step]]:
    """What is said of a step offline, and by the engine."""
    for name, value in shop.variables.items():
        patch.setenv(name, value)
    project = Project.find(shop.root)
    found = transition(plan(project, shop.stack), plan(project, shop.stack, settings))
    return found, preview.steps(project, shop.stack, settings, Progress())


@pytest.mark.parametrize(
    ("settings", "fates"),
    [
        ((), {"cache-server": Fate.KEPT, "sessions-server": Fate.KEPT, "files-server": Fate.KEPT}),
        (("shop:memory=0.1",), {"cache-server": Fate.CHANGED, "sessions-server": Fate.CHANGED}),
        (("shop:caches=[cache]",), {"cache-server": Fate.KEPT, "sessions-server": Fate.DELETED}),
        (("shop:caches=[cache, sessions, more]",), {"sessions-server": Fate.KEPT, "more-server": Fate.CREATED}),
    ],
)
def test_the_engine_says_of_every_resource_of_a_stack_what_is_said_offline(
    standing: Shop, monkeypatch: pytest.MonkeyPatch, settings: tuple[str, ...], fates: dict[str, Fate]
) -> None:
    found, steps = both(standing, monkeypatch, *settings)
    ours = {change.resource.urn: change.fate for change in found.changes if change.resource.custom}
    theirs = {step.urn: OPS[step.op] for step in steps if not step.found and step.urn in ours}
    assert theirs == ours
    assert fates.items() <= {urn.rpartition("::")[2]: fate for urn, fate in theirs.items()}.items()
    assert preview.disagreements(found, steps) == []


def test_what_the_engine_would_replace_and_our_table_does_not_know_is_told_and_refused(
    up_with: Callable[..., Toy],
) -> None:
    toy = up_with()
    before = toy.config.read_text(), toy.state()
    asked = toy.run("transition", "--stack", STACK, "--engine", "--set", "toy:size=2")
    assert asked.returncode == 3, asked.stderr
    assert "the engine replaces it (size); our table does not know that" in asked.stderr
    assert "--allow-delete db" in asked.stderr
    allowed = toy.run("transition", "--stack", STACK, "--engine", "--set", "toy:size=2", "--allow-delete", "db")
    assert allowed.returncode == 0, allowed.stderr
    assert (toy.config.read_text(), toy.state()) == before
    assert list((toy.root / ".infra-kit" / "config").glob("transition-*")) == []


def test_where_both_say_the_same_that_is_told(up_with: Callable[..., Toy]) -> None:
    toy = up_with()
    asked = toy.run("transition", "--stack", STACK, "--engine", "--set", "toy:names=[db, other]")
    assert asked.returncode == 0, asked.stderr
    assert "Pulumi's engine says the same of all that holds data." in asked.stderr
    assert toy.log == ["begin db-server", "create db-server"]


def test_a_stack_that_was_never_up_is_unknown_to_the_engine(toy: Toy) -> None:
    asked = toy.run("transition", "--stack", STACK, "--engine")
    assert asked.returncode == 1
    assert "was never up" in asked.stderr

"""A suite's component on a target for real: made, grown in place and destroyed by Pulumi's own engine.

class TestRedisOnMoon(LiveConformance):
    suite = RedisConformance
    target = Target(name="moon")
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pulumi import automation
from pulumi.runtime.settings import SETTINGS

from infra_kit import Environment, Target
from infra_kit.engine import pulumi_cli
from infra_kit.engine.display import Progress
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.recording import State
from infra_kit.recording.values import clear, from_state, holds_secret, plain
from infra_kit.spec import Model
from infra_kit.testing.conformance.base import NAME, Base, standing_in
from infra_kit.testing.conformance.endpoints import check_types, secret_texts
from infra_kit.testing.conformance.names import check_children
from infra_kit.testing.conformance.suite import ComponentConformance

Changes = Mapping[automation.OpType, int]
STACK = "conformance"
"""The name of the project and of its stack."""
_ENGINES = "pulumi:"
_IN_PLACE = {"same", "update", "create"}


@dataclass(frozen=True)
class Stood:
    """A stack as its state has it."""

    resources: Sequence[State]
    text: str
    """All of the state but what is secret in it."""

    @property
    def it(self) -> State:
        return next(each for each in self.resources if each.name == NAME)


@dataclass(frozen=True)
class Life:
    """What came of one stack. Changes are counted by the engine's word for them."""

    least: Stood
    again: Changes
    """The changes that a second `up` would make."""
    grown: Changes
    """The changes on the way to all that the target supports; where nothing can be asked, the same as before."""
    most: Stood
    grown_again: Changes
    left: Sequence[str]
    """What still stands or runs when all is destroyed."""


class LiveConformance:
    """One stack a class: with the least that can be asked, then with all that the target supports, then gone.

    It needs the Pulumi CLI, and for a cloud its credentials and plugins. On local each costs about 10 s of CPU.
    """

    suite: ClassVar[type[ComponentConformance]]
    target: ClassVar[Target]
    files: ClassVar[Mapping[str, str]] = {}
    """What stands in the project's folder: the programs that a suite's `command` names, where the target runs them."""

    @classmethod
    def running(cls, folder: Path) -> Sequence[str]:  # noqa: ARG003  where a cloud is asked, the state says all
        """What runs of the stack, by name, beyond what its state knows. `folder` is the project's."""
        return ()

    @pytest.fixture(scope="class")
    @classmethod
    def life(cls) -> Life:
        with _folder(cls.files) as folder:
            return _live(cls, folder)

    def test_every_field_of_the_endpoint_is_there_and_of_its_declared_type(self, life: Life) -> None:
        for stood in (life.least, life.most):
            check_types(self.suite.endpoint, stood.it.outputs)

    def test_secrets_are_secret_in_the_state_and_nowhere_in_clear(self, life: Life) -> None:
        for stood in (life.least, life.most):
            assert self.suite.secrets <= stood.it.secret_outputs
            values = secret_texts(stood.it, self.suite.secrets)
            assert not [value for value in values if json.dumps(value)[1:-1] in stood.text]

    def test_children_are_parented_and_named_after_the_component(self, life: Life) -> None:
        for stood in (life.least, life.most):
            check_children(stood.resources, self.target, self.suite.beside)

    def test_a_second_up_changes_nothing(self, life: Life) -> None:
        assert life.again.keys() == {"same"}

    def test_all_that_the_target_supports_is_made_in_place_and_stays(self, life: Life) -> None:
        assert life.grown.keys() <= _IN_PLACE
        assert life.grown_again.keys() == {"same"}
        before, after = ({each.urn for each in stood.resources} for stood in (life.least, life.most))
        assert before <= after

    def test_destroyed_it_leaves_nothing(self, life: Life) -> None:
        assert life.left == []


def everything(suite: Base, target: Target) -> Mapping[str, Any]:
    """All that the target supports of what the suite asks, at once. What would push out something that is asked
    already is left out: another version, another engine."""
    asked: Mapping[str, Any] = {}
    for feature, ask in sorted(suite.asks.items()):
        both = (_merged(asked, ask), {**asked, **ask})
        asked = next((more for more in both if _adds(suite, target, asked, more, feature)), asked)
    return asked


def _adds(suite: Base, target: Target, asked: Mapping[str, Any], more: Mapping[str, Any], feature: Feature) -> bool:
    try:
        spec = suite.spec(more)
    except SpecError:
        return False  # the two exclude each other
    return spec.features() >= suite.spec(asked).features() | {feature} and not suite.gaps(target, more)


def _merged(one: Any, other: Any) -> Any:
    """Both, where they can be joined; else the other."""
    if isinstance(one, Model) and type(one) is type(other):
        return type(one)(**_merged(_said(one), _said(other)))
    match one, other:
        case Mapping(), Mapping():
            return {**one, **{key: _merged(one.get(key, value), value) for key, value in other.items()}}
        case ((list() | tuple()), (list() | tuple())):
            return [*one, *(each for each in other if each not in one)]
    return other


def _said(options: Model) -> dict[str, Any]:
    return {key: getattr(options, key) for key in options.model_fields_set}


def _live(cls: type[LiveConformance], folder: Path) -> Life:
    suite, target = cls.suite(), standing_in(cls.target, Environment.DEVELOPMENT)
    asked: dict[str, Any] = {}

    def program() -> None:
        SETTINGS.root_directory = str(folder)  # the engine tells it to programs that are no function
        suite.make(target, **asked)

    stack = _Stack.create(STACK, _workspace(folder, program))
    try:
        stack.up()
        again = stack.preview().change_summary  # it asks all that an `up` asks, in half the time
        least = _stood(stack)
        asked.update(everything(suite, target))
        grown, grown_again, most = _grow(stack) if asked else (again, again, least)
    finally:
        stack.destroy()
    return Life(
        least=least,
        again=again,
        grown=grown,
        most=most,
        grown_again=grown_again,
        left=[*(each.name for each in _stood(stack).resources), *cls.running(folder)],
    )


class _Stack(automation.Stack):
    def outputs(self) -> automation.OutputMap:
        """`up` asks for them in two more processes, and the program has none."""
        return {}


def _grow(stack: automation.Stack) -> tuple[Changes, Changes, Stood]:
    return _changes(stack.up()), _changes(stack.up()), _stood(stack)


def _changes(done: automation.UpResult) -> Changes:
    return done.summary.resource_changes or {}


@contextmanager
def _folder(files: Mapping[str, str]) -> Iterator[Path]:
    """A project's folder. Others may pass through it: a server may run as a user who may do less."""
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-conformance-"))
    folder.chmod(0o711)
    for name, text in files.items():
        (folder / name).write_text(text)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _workspace(folder: Path, program: automation.PulumiFn) -> automation.LocalWorkspace:
    (folder / "state").mkdir()
    path = [str(Path(_cli().command).parent), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    interpreter = automation.ProjectRuntimeInfo("python", {"toolchain": "pip", "virtualenv": sys.prefix})
    return automation.LocalWorkspace(
        work_dir=str(folder),
        program=program,
        project_settings=automation.ProjectSettings(name=STACK, runtime=interpreter),
        pulumi_command=_cli(),
        env_vars={
            "PATH": os.pathsep.join(path),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_urlsafe(32),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
    )


@cache
def _cli() -> automation.PulumiCommand:
    """The Pulumi CLI, got the way `infra-kit up` gets it."""
    return automation.PulumiCommand(root=str(pulumi_cli.ensure(Progress()).parent))


def _stood(stack: automation.Stack) -> Stood:
    found = from_state((stack.export_stack().deployment or {}).get("resources") or [])
    top = {each["urn"] for each in found if each["type"] == "pulumi:pulumi:Stack"}
    own = [each for each in found if not each["type"].startswith(_ENGINES)]
    return Stood([_state(each, top) for each in own], json.dumps(clear(found)))


def _state(found: Mapping[str, Any], top: set[str]) -> State:
    inputs, outputs = found.get("inputs", {}), found.get("outputs", {})
    return State(
        urn=found["urn"],
        type=found["type"],
        name=found["urn"].rpartition("::")[2],
        parent=None if found["parent"] in top else found["parent"],
        inputs=plain(inputs),
        secret_inputs=frozenset(key for key, value in inputs.items() if holds_secret(value)),
        outputs=plain(outputs),
        secret_outputs=frozenset(key for key, value in outputs.items() if holds_secret(value)),
    )

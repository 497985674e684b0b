"""What the suites have in common: which component, what is asked of it, and how it is recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

import pytest

from infra_kit import Environment, Target, features
from infra_kit._gaps import lacks
from infra_kit.component import Component
from infra_kit.features import Feature
from infra_kit.recording import Recording, Resource, record
from infra_kit.recording.monitor import Answer
from infra_kit.settings import Settings
from infra_kit.spec import Spec, build
from infra_kit.target import package

NAME = "it"
ENVIRONMENT = Environment.DEVELOPMENT
"""Of a target that says none."""


class Base:
    """What a suite says of its component, and a target's tests of their target."""

    component: ClassVar[type[Component[Any, Any]]]
    endpoint: ClassVar[type]
    secrets: ClassVar[frozenset[str]] = frozenset()
    """The fields of the endpoint that are secret."""
    arguments: ClassVar[Mapping[str, Any]] = {}
    """The least that makes one."""
    beside: ClassVar[frozenset[str]] = frozenset()
    """What `make` makes beside it, by name."""
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]]
    """By feature, the arguments that ask for it."""
    variations: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Other arguments, by what they change, that must not move what is there."""
    sizes: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Arguments that ask for more and less of a machine (`cpu`, `memory_gb`, `dedicated_cpu`)."""
    leaves_no_trace: ClassVar[frozenset[str]] = frozenset()
    """Families of features that a target may honour without anything in the recording showing it."""
    hinges_on_more: ClassVar[frozenset[Feature]] = frozenset()
    """What a target may have only together with another argument, e.g. a wildcard with the zone that proves it."""
    keeps_data: ClassVar[bool] = True
    """Whether it holds what no program can make again. One that does not may have such a thing all the same: a key."""

    is_edge: ClassVar[bool] = False
    """Whether the internet may reach it: a Cdn is the edge, all else is private."""
    renews: ClassVar[frozenset[str]] = frozenset()
    """Changes that are made to have another one of what holds data: the guard refuses them without `--allow-delete`."""
    opens: ClassVar[frozenset[str]] = frozenset()
    """Features by which the user opens it to everybody."""

    tags_under: ClassVar[str | Sequence[str]] = ()
    """The input that holds a resource's tags on this target, e.g. `tags`; several where it goes by the type, a dot for
    each level: `("labels", "settings.userLabels")`. None where the target has none."""
    region: ClassVar[str | None] = None
    """A region of this target; None where it has none."""
    outputs: ClassVar[Mapping[str, Answer]] = {}
    """See `record`."""
    calls: ClassVar[Mapping[str, Answer]] = {}

    _kept: ClassVar[dict[str, Recording] | None] = None
    """What was recorded, while pytest runs the class."""

    @classmethod
    def setup_class(cls) -> None:
        cls._kept = {}

    @classmethod
    def teardown_class(cls) -> None:
        cls._kept = None

    @pytest.fixture
    def target(self) -> Target:
        raise NotImplementedError("a target's tests say which target: return Target(name=…)")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "feature" in metafunc.fixturenames:
            metafunc.parametrize("feature", sorted(self.asks))
        if "change" in metafunc.fixturenames:
            metafunc.parametrize("change", sorted(self.changes()))

    def record(
        self,
        target: Target,
        *,
        before: Callable[[], object] | None = None,
        after: Callable[[], object] | None = None,
        **arguments: Any,
    ) -> Recording:
        """A program with one component on the target, and what is made before and after it. The same one is recorded
        once."""

        def program() -> None:
            if before:
                before()
            self.make(target, **arguments)
            if after:
                after()

        # Plain values say in their text all that they are; a function or an option of Pulumi's does not.
        if before or after or "opts" in arguments:
            return self.run(program)
        return self.once(program, target, *sorted(arguments.items()))

    def once(self, program: Callable[[], object], target: Target, *what: object) -> Recording:
        """A program that `target` and `what` say all of: recorded the first time, and kept."""
        if self._kept is None:
            return self.run(program)
        key = repr((standing_in(target, target.environment or ENVIRONMENT), what))
        if key not in self._kept:
            self._kept[key] = self.run(program)
        return self._kept[key]

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        """The component of the suite, in a program that runs."""
        return self.component(NAME, target=target, **{**self.arguments, **arguments})

    def used_on(self, target: Target) -> Target:
        """Where stands what the component is used with. Default: on its own target, which has all components."""
        return target

    def run(self, program: Callable[[], object]) -> Recording:
        config = {"infra-kit:environment": ENVIRONMENT.value}
        return record(program, config=config, outputs=self.outputs, calls=self.calls)

    @classmethod
    def changes(cls) -> dict[str, Mapping[str, Any]]:
        """All that can be asked beside the least, by name."""
        return {str(feature): ask for feature, ask in cls.asks.items()} | dict(cls.variations)

    def changed(self, target: Target, change: str) -> Recording:
        """The component with a change; what the target lacks of it is accepted."""
        arguments = self.changes()[change]
        return self.record(accepting(target, self.gaps(target, arguments)), **arguments)

    def gaps(self, target: Target, arguments: Mapping[str, Any]) -> Mapping[Feature, str]:
        """What the target lacks of it, each with its way out."""
        return lacks(target.driver(self.component.KIND), settings(target), self.spec(arguments))

    def spec(self, arguments: Mapping[str, Any]) -> Spec:
        return build(self.component.SPEC, self.component.__name__, NAME, {**self.arguments, **arguments})

    def without(self, target: Target, feature: Feature) -> list[Mapping[str, Any]]:
        """Arguments that ask for the same but for the feature; of a version or an engine, for each other one there."""
        if feature.family not in features.ONE_OF:
            rest = self.spec(self.asks[feature]).without(feature)
            return [{key: value for key, value in rest if value is not None}]
        others = [ask for other, ask in self.asks.items() if other.family == feature.family and other != feature]
        return [ask for ask in others if not self.gaps(target, ask)]


def settings(target: Target) -> Settings:
    """Those of a target, outside of any program."""
    default: type[Settings] = package(target.name).SETTINGS
    return target.settings or default()


def accepting(target: Target, gaps: Mapping[Feature, str]) -> Target:
    return dataclasses.replace(target, accepted_gaps={NAME: tuple(gaps)}) if gaps else target


def standing_in(target: Target, environment: Environment) -> Target:
    return dataclasses.replace(target, environment=environment)


def told(target: Target, table: str) -> Mapping[str, Any]:
    """What a target's package says of its resources in its module `testing`: a table by type token, empty if none."""
    module = f"{package(target.name).__name__}.testing"
    return getattr(import_module(module), table, {}) if find_spec(module) else {}


def own(recording: Recording) -> list[Resource]:
    """The component and all that is below it: the target's network is another component."""
    above = parents(recording)
    it = recording.named(NAME).urn
    return [resource for resource in recording.resources if top(resource.urn, above) == it]


def parents(recording: Recording) -> dict[str, str | None]:
    return {resource.urn: resource.parent for resource in recording.resources}


def top(urn: str, above: Mapping[str, str | None]) -> str:
    """The URN of the component, directly under the stack, that a resource is part of."""
    parent = above[urn]
    return top(parent, above) if parent else urn


def at(path: str, inputs: Mapping[str, Any]) -> Any:
    """What stands at a path of keys, or None. Docker's labels are a list of pairs: here a mapping like all others."""
    first, _, rest = path.partition(".")
    found = inputs.get(first)
    if isinstance(found, list) and all("label" in item for item in found):
        found = {item["label"]: item["value"] for item in found}
    return at(rest, found) if rest and isinstance(found, Mapping) else found if not rest else None


def inputs(recording: Recording) -> dict[str, Mapping[str, Any]]:
    return {resource.urn: resource.inputs for resource in recording.resources}

"""What holds for every component on every target."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, get_args, get_type_hints

import pulumi
import pytest
from pydantic import ConfigDict, TypeAdapter

from infra_kit import Environment, Network, Target, features
from infra_kit.component import Component
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.features import Feature
from infra_kit.spec import Spec, build
from infra_kit.stateful import is_stateful
from infra_kit.target import package
from infra_kit.testing._monitor import Answer
from infra_kit.testing.recording import Recording, Resource, record

NAME = "it"


class ComponentConformance:
    """Base of the suites. A target's tests say `target`, and what its mocks need."""

    component: ClassVar[type[Component[Any, Any]]]
    endpoint: ClassVar[type]
    secrets: ClassVar[frozenset[str]] = frozenset()
    """The fields of the endpoint that are secret."""
    arguments: ClassVar[Mapping[str, Any]] = {}
    """The least that makes one."""
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]]
    """By feature, the arguments that ask for it."""
    variations: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Other arguments, by what they change, that must not move what is there."""
    leaves_no_trace: ClassVar[frozenset[str]] = frozenset()
    """Families of features that a target may honour without anything in the recording showing it."""
    keeps_data: ClassVar[bool] = True

    is_edge: ClassVar[bool] = False
    """Whether the internet may reach it: a Cdn is the edge, all else is private."""

    tags_under: ClassVar[str | Sequence[str]] = ()
    """The input that holds a resource's tags on this target, e.g. `tags`; several where it goes by the type, a dot for
    each level: `("labels", "settings.userLabels")`. None where the target has none."""
    outputs: ClassVar[Mapping[str, Answer]] = {}
    """See `record`."""
    calls: ClassVar[Mapping[str, Answer]] = {}

    _kept: ClassVar[dict[str, Recording] | None] = None
    """What was recorded, while pytest runs the class."""

    @classmethod
    def setup_class(cls) -> None:
        cls._kept = {}

    @pytest.fixture
    def target(self) -> Target:
        raise NotImplementedError("a target's tests say which target: return Target(name=…)")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "feature" in metafunc.fixturenames:
            metafunc.parametrize("feature", sorted(self.asks))
        if "change" in metafunc.fixturenames:
            metafunc.parametrize("change", sorted([*self.asks, *self.variations]))

    def record(self, target: Target, *, beside: Callable[[], object] | None = None, **arguments: Any) -> Recording:
        """A program with one component on the target, and what is made before it. The same one is recorded once."""

        def program() -> None:
            if beside:
                beside()
            self.component(NAME, target=target, **{**self.arguments, **arguments})

        # Plain values say in their text all that they are; a function or an option of Pulumi's does not.
        key = None if beside or "opts" in arguments else repr((target, sorted(arguments.items())))
        if self._kept and key in self._kept:
            return self._kept[key]
        config = {"infra-kit:environment": Environment.DEVELOPMENT.value}
        made = record(program, config=config, outputs=self.outputs, calls=self.calls)
        if self._kept is not None and key:
            self._kept[key] = made
        return made

    def gaps(self, target: Target, arguments: Mapping[str, Any]) -> Mapping[Feature, str]:
        """What the target lacks of it, each with its way out."""
        gaps: Mapping[Feature, str] = target.driver(self.component.KIND).gaps(self.spec(arguments))
        return gaps

    def spec(self, arguments: Mapping[str, Any]) -> Spec:
        return build(self.component.SPEC, self.component.__name__, NAME, {**self.arguments, **arguments})

    def without(self, target: Target, feature: Feature) -> list[Mapping[str, Any]]:
        """Arguments that ask for the same but for the feature; of a version or an engine, for each other one there."""
        if feature.family not in features.ONE_OF:
            rest = self.spec(self.asks[feature]).without(feature)
            return [{key: value for key, value in rest if value is not None}]
        others = [ask for other, ask in self.asks.items() if other.family == feature.family and other != feature]
        return [ask for ask in others if not self.gaps(target, ask)]

    # The endpoint

    def test_every_field_of_the_endpoint_is_an_output_of_its_declared_type(self, target: Target) -> None:
        outputs = self.record(target).named(NAME).outputs
        hints = get_type_hints(self.endpoint)
        declared = {field.name: hints[field.name] for field in dataclasses.fields(self.endpoint)}
        del declared["native"]
        assert set(outputs) <= set(declared)
        for name, hint in declared.items():
            (type_,) = get_args(hint)
            # What is None, the engine leaves out: only a field that may be None passes without a value.
            TypeAdapter(type_, config=ConfigDict(strict=True)).validate_python(outputs.get(name))

    def test_secrets_are_secret_and_nowhere_in_clear(self, target: Target) -> None:
        recording = self.record(target)
        it = recording.named(NAME)
        assert self.secrets <= it.secret_outputs
        values = [it.outputs[field] for field in self.secrets]
        for resource in recording.resources:
            clear = str(_clear(resource))
            assert not [value for value in values if value in clear], f"{resource.name} shows a secret"

    # Names and places

    def test_children_are_parented_and_named_after_the_component(self, target: Target) -> None:
        recording = self.record(target)
        above = {resource.urn: resource.parent for resource in recording.resources}
        at_the_top = [resource for resource in recording.resources if resource.parent is None]
        it = recording.named(NAME)
        assert it in at_the_top
        ours = {it.type, "infra-kit:index:Network"}
        others = [resource.name for resource in at_the_top if resource.type not in ours]
        assert all(other.startswith(f"{target.key}-") for other in others), others
        children = [resource for resource in recording.resources if _top(resource.urn, above) == it.urn]
        assert all(child.name.startswith(f"{NAME}-") for child in children if child != it)

    def test_a_change_moves_nothing_that_is_there(self, target: Target, change: str) -> None:
        changes = {str(feature): ask for feature, ask in self.asks.items()} | dict(self.variations)
        arguments = changes[change]
        accepting = _accepting(target, self.gaps(target, arguments))
        assert _urns(self.record(target)) <= _urns(self.record(accepting, **arguments))

    def test_an_unrelated_component_beside_it_changes_nothing(self, target: Target) -> None:
        beside = self.record(target, beside=lambda: Network("other", target=target, flow_logs=False))
        assert _inputs(beside).items() >= _inputs(self.record(target)).items()

    # Safety

    def test_only_the_edge_is_open_to_the_internet(self, target: Target) -> None:
        table = _open_to_the_internet(target)
        for there in (target, _in_production(target)):
            found = [it.name for it in self.record(there).resources if table.get(it.type, _never)(it.inputs)]
            assert bool(found) == (self.is_edge and bool(table)), found

    def test_what_holds_data_is_protected_in_production(self, target: Target) -> None:
        recording = self.record(_in_production(target))
        stateful = _stateful(recording)
        assert any(_component(resource, recording) == NAME for resource in stateful) == self.keeps_data
        assert all(resource.options.protect for resource in stateful)

    def test_nothing_is_protected_in_development(self, target: Target) -> None:
        development = dataclasses.replace(target, environment=Environment.DEVELOPMENT)
        assert not any(resource.options.protect for resource in self.record(development).resources)

    def test_the_user_may_take_the_protection_off(self, target: Target) -> None:
        open_ = pulumi.ResourceOptions(protect=False)
        recording = self.record(_in_production(target), opts=open_)
        above = {resource.urn: resource.parent for resource in recording.resources}
        own = [it for it in recording.resources if _top(it.urn, above) == recording.named(NAME).urn]
        assert not any(resource.options.protect for resource in own)  # the target's network is another component

    def test_everything_that_can_be_tagged_is(self, target: Target) -> None:
        recording = self.record(dataclasses.replace(target, app="shop", environment=Environment.STAGING))
        paths = [self.tags_under] if isinstance(self.tags_under, str) else self.tags_under
        bags = [(_component(it, recording), _at(path, it.inputs)) for path in paths for it in recording.resources]
        found = [(component, bag) for component, bag in bags if bag is not None]
        assert bool(found) == bool(paths)
        for component, bag in found:
            wanted = {"app": "shop", "environment": "staging", "component": component, "managed-by": "infra-kit"}
            assert bag.items() >= wanted.items()

    # Features

    def test_the_least_that_can_be_asked_is_there(self, target: Target) -> None:
        assert self.gaps(target, {}) == {}

    def test_a_feature_is_there_or_refused_with_a_way_out_that_works(self, target: Target, feature: Feature) -> None:
        ask = self.asks[feature]
        gaps = self.gaps(target, ask)
        supported = feature in target.driver(self.component.KIND).SUPPORTS
        assert supported or feature in gaps
        # An extension or a version may be there, but not together with the rest that is asked.
        assert not supported or feature not in gaps or feature.value
        if gaps:
            with pytest.raises(UnsupportedFeatureError) as refused:
                self.record(target, **ask)
            assert all(f"{gap}: {hint}" in str(refused.value) for gap, hint in gaps.items())
        warnings = "\n".join(self.record(_accepting(target, gaps), **ask).warnings)
        assert all(f"{gap} is left out: the target" in warnings for gap in gaps)
        assert warnings.count("is left out: the target") == len(gaps)

    def test_a_feature_that_is_there_shows_in_what_is_made(self, target: Target, feature: Feature) -> None:
        """A driver that takes a feature and forgets it makes the same with it and without."""
        ask = self.asks[feature]
        if feature.family in self.leaves_no_trace or self.gaps(target, ask):
            return
        development = dataclasses.replace(target, environment=Environment.DEVELOPMENT)
        made = _inputs(self.record(development, **ask))
        for rest in self.without(target, feature):
            assert made != _inputs(self.record(development, **rest)), f"{feature} changes nothing"


def _component(resource: Resource, recording: Recording) -> str:
    """The name of the component that a resource is part of."""
    above = {other.urn: other.parent for other in recording.resources}
    return _top(resource.urn, above).rpartition("::")[2]


def _at(path: str, inputs: Mapping[str, Any]) -> Any:
    """What stands at a path of keys, or None. Docker's labels are a list of pairs: here a mapping like all others."""
    first, _, rest = path.partition(".")
    found = inputs.get(first)
    if isinstance(found, list) and all("label" in item for item in found):
        found = {item["label"]: item["value"] for item in found}
    return _at(rest, found) if rest and isinstance(found, Mapping) else found if not rest else None


def _accepting(target: Target, gaps: Mapping[Feature, str]) -> Target:
    return dataclasses.replace(target, accepted_gaps={NAME: tuple(gaps)})


def _open_to_the_internet(target: Target) -> Mapping[str, Callable[[Mapping[str, Any]], bool]]:
    """What a target's package says of it in its module `testing`: OPEN, by type token, a function of the inputs."""
    module = f"{package(target.name).__name__}.testing"
    return getattr(import_module(module), "OPEN", {}) if find_spec(module) else {}


def _never(_: Mapping[str, Any]) -> bool:
    return False


def _in_production(target: Target) -> Target:
    return dataclasses.replace(target, environment=Environment.PRODUCTION)


def _top(urn: str, above: Mapping[str, str | None]) -> str:
    parent = above[urn]
    return _top(parent, above) if parent else urn


def _urns(recording: Recording) -> set[str]:
    return {resource.urn for resource in recording.resources}


def _inputs(recording: Recording) -> dict[str, Mapping[str, Any]]:
    return {resource.urn: resource.inputs for resource in recording.resources}


def _stateful(recording: Recording) -> list[Resource]:
    return [resource for resource in recording.resources if is_stateful(resource.type)]


def _clear(resource: Resource) -> list[object]:
    """The values of a resource that its state shows."""
    return [value for key, value in resource.inputs.items() if key not in resource.secret_inputs] + [
        value for key, value in resource.outputs.items() if key not in resource.secret_outputs
    ]

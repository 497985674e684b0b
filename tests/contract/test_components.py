"""The rules that every component keeps, over all of them at once."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

import infra_kit
from infra_kit import Target, components, features, spec
from infra_kit._gaps import lacks
from infra_kit.component import Component
from infra_kit.features import Feature
from infra_kit.spec import Spec
from infra_kit.testing import conformance
from infra_kit.testing.conformance.base import settings
from infra_kit.testing.conformance.suite import ComponentConformance

Any_ = Component[Any, Any]


def components_of(name: str) -> list[type[Any_]]:
    module = importlib.import_module(f"infra_kit.components.{name}")
    found = [value for value in vars(module).values() if inspect.isclass(value) and issubclass(value, Component)]
    return [kind for kind in found if kind.__module__ == module.__name__]


FILES = [module.name for module in pkgutil.iter_modules(components.__path__)]
COMPONENTS = [kind for name in FILES for kind in components_of(name)]
SUITES = {
    suite.component: suite
    for suite in (getattr(conformance, name) for name in conformance.__all__ if name != "ComponentConformance")
}
ASKED = [(kind, feature) for kind, suite in SUITES.items() for feature in suite.asks]

each_component = pytest.mark.parametrize("kind", COMPONENTS, ids=lambda kind: kind.__name__)
each_feature = pytest.mark.parametrize(("kind", "feature"), ASKED, ids=str)

WIDER = {("Cdn", "routes"), ("Gateway", "routes")}
"""Arguments that take more than their spec keeps: an origin alone is short for a route to it."""


def asked(kind: type[Any_], feature: Feature | None = None) -> Spec:
    suite: type[ComponentConformance] = SUITES[kind]
    return suite().spec(suite.asks[feature] if feature else {})


@pytest.mark.parametrize("name", FILES)
def test_a_file_holds_one_component_and_is_named_after_it(name: str) -> None:
    (kind,) = components_of(name)
    assert name == kind.KIND
    assert kind.__name__ == "".join(part.capitalize() for part in name.split("_"))


@each_component
def test_a_component_is_exported_and_has_a_conformance_suite(kind: type[Any_]) -> None:
    assert getattr(infra_kit, kind.__name__) is kind
    assert kind in SUITES


def test_type_tokens_are_pinned_because_changing_one_deletes_what_stands() -> None:
    target = Target(name="local")
    tokens = [suite().record(target).named("it").type for suite in SUITES.values()]
    assert sorted(tokens) == [
        "infra-kit:index:Alerts",
        "infra-kit:index:Auth",
        "infra-kit:index:Backup",
        "infra-kit:index:Budget",
        "infra-kit:index:Cdn",
        "infra-kit:index:Config",
        "infra-kit:index:Dashboard",
        "infra-kit:index:DocumentStore",
        "infra-kit:index:Domain",
        "infra-kit:index:EventBus",
        "infra-kit:index:ExternalService",
        "infra-kit:index:Gateway",
        "infra-kit:index:Job",
        "infra-kit:index:Logs",
        "infra-kit:index:Mailer",
        "infra-kit:index:Network",
        "infra-kit:index:ObjectStore",
        "infra-kit:index:Panel",
        "infra-kit:index:Postgres",
        "infra-kit:index:Redis",
        "infra-kit:index:RestoreDrill",
        "infra-kit:index:Search",
        "infra-kit:index:Secret",
        "infra-kit:index:Service",
        "infra-kit:index:Uptime",
        "infra-kit:index:Worker",
    ]


@each_component
def test_everything_but_the_name_is_keyword_only(kind: type[Any_]) -> None:
    _, name, *others = inspect.signature(kind.__init__).parameters.values()
    assert name.name == "name"
    assert {other.kind for other in others} == {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    assert {"target", "overrides", "opts"} <= {other.name for other in others}


def without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint):
        (kept,) = (part for part in get_args(hint) if part is not NoneType)
        return kept
    return hint


@each_component
def test_the_typed_arguments_are_the_specs_fields(kind: type[Any_]) -> None:
    (arguments,) = get_args(get_type_hints(kind.__init__)["arguments"])
    fields = {name: hint for name, hint in get_type_hints(kind.SPEC).items() if name in kind.SPEC.model_fields}
    typed = get_type_hints(arguments)
    assert set(typed) == set(fields)
    for name, hint in fields.items():
        if (kind.__name__, name) not in WIDER:
            default = kind.SPEC.model_fields[name].default
            assert typed[name] == (hint if default is None else without_none(hint)), name


@each_component
def test_the_attributes_of_a_component_are_the_fields_of_its_endpoint(kind: type[Any_]) -> None:
    fields = inspect.get_annotations(SUITES[kind].endpoint)
    shown = {name: hint for name, hint in inspect.get_annotations(kind).items() if not name.startswith("_")}
    assert shown == {name: hint for name, hint in fields.items() if name != "native"}


@each_component
def test_every_field_of_a_spec_has_a_default_or_is_required_on_purpose(kind: type[Any_]) -> None:
    required = {name for name, field in kind.SPEC.model_fields.items() if field.is_required()}
    needed = {
        "Alerts": {"watch"}, "Backup": {"of"}, "Budget": {"monthly"}, "Cdn": {"routes"}, "Config": {"values"},
        "Dashboard": {"of"}, "Domain": {"domain"}, "EventBus": {"streams"}, "ExternalService": {"vendor"},
        "Gateway": {"routes"}, "Logs": {"of"}, "Mailer": {"domain"}, "RestoreDrill": {"of"}, "Uptime": {"url"},
        "Auth": {"clients"}, "Panel": {"of"},
    }  # fmt: skip
    assert required == needed.get(kind.__name__, set())


@each_feature
def test_what_is_asked_is_known_and_can_be_left_out(kind: type[Any_], feature: Feature) -> None:
    given = asked(kind, feature)
    assert feature in given.features()
    assert features.is_known(feature)
    assert feature not in given.without(feature).features()


@each_feature
def test_what_a_program_gave_may_change_afterwards_and_the_spec_does_not(kind: type[Any_], feature: Feature) -> None:
    suite: type[ComponentConformance] = SUITES[kind]
    given = {key: mutable(value) for key, value in {**suite.arguments, **suite.asks[feature]}.items()}
    kept = suite().spec(given)
    before = repr(kept)
    for value in given.values():
        if isinstance(value, dict | list):
            value.clear()
    assert repr(kept) == before


def mutable(given: Any) -> Any:
    return dict(given) if isinstance(given, Mapping) else list(given) if isinstance(given, list | tuple) else given


@each_component
def test_every_feature_that_a_spec_can_ask_is_tried_by_its_suite(kind: type[Any_]) -> None:
    """What `without` knows is what can be asked: each such feature stands in the suite's `asks`."""
    given = asked(kind)
    tried = {feature.family for feature in SUITES[kind].asks}
    for feature in [*features.PLAIN, *(Feature(f"{family}:x") for family in features.FAMILIES)]:
        try:
            given.without(feature)
        except NotImplementedError:
            assert feature.family not in tried
        else:
            assert feature.family in tried


@each_component
def test_whatever_is_left_out_what_remains_is_a_spec(kind: type[Any_]) -> None:
    """Each pair that a suite asks, one left out of what asks for both."""
    asks = SUITES[kind].asks
    for first in asks.values():
        for second in asks.values():
            both = SUITES[kind]().spec({**first, **second})
            for feature in both.features():
                rest = both.without(feature)
                assert feature not in rest.features()
                if feature.family not in features.ONE_OF:
                    lost = both.features() - rest.features() - {feature}
                    assert all(features.NEEDS.get(it) == feature for it in lost), (feature, lost)
                spec.build(kind.SPEC, kind.__name__, "it", {k: v for k, v in rest if v is not None})


def lacking(target: Target) -> list[tuple[type[Any_], Feature, str]]:
    return [
        (kind, feature, hint)
        for kind, asked_for in ASKED
        for feature, hint in lacks(target.driver(kind.KIND), settings(target), asked(kind, asked_for)).items()
    ]


@pytest.mark.parametrize(("kind", "feature", "hint"), lacking(Target(name="local")), ids=str)
def test_what_the_local_target_lacks_has_a_hint_in_one_line(kind: type[Any_], feature: Feature, hint: str) -> None:
    assert len(hint) > len("there is")
    assert "nothing like it" not in hint
    assert "\n" not in hint


@pytest.mark.parametrize("name", infra_kit.__all__)
def test_every_public_name_says_what_it_is_for(name: str) -> None:
    assert vars(getattr(infra_kit, name)).get("__doc__") or getattr(infra_kit, name).__doc__

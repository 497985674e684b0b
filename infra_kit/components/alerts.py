"""Alerts: who is told what, and when, about the components of a stack."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, Field, PlainValidator, model_validator

from infra_kit import alert_presets, features
from infra_kit.alert_rules import Level, Routes, Rule
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.given import a_component, check_made_here
from infra_kit.signals import OF, Signal
from infra_kit.spec import Items, Spec
from infra_kit.target import Target
from infra_kit.texts import Name


class AlertsSpec(Spec):
    """What alerts are asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    watch: Items[Annotated[Component[Any, Any], PlainValidator(a_component)]] = Field(min_length=1)
    """The components that are looked at. Those of another target are that target's own Alerts' to watch."""
    rules: Mapping[Name, Rule] | None = None
    """By name. Default: what is sensible for each kind of component (`alert_presets.SENSIBLE`), as far as the target
    measures it. A rule that names no components is for all that have its signal."""
    routes: Mapping[Level, Routes] = Field(default_factory=dict)
    """Whom alerts of a level are told: `{"P0": Routes(email=["ops@example.com"], sms=["+525512345678"])}`. A level
    without one is told whom the next lower number is told (P1 whom P0). A level of rules that nobody is told of is
    refused; without any routes `up` warns, and alerts are there to be seen only."""

    @model_validator(mode="after")
    def _check(self) -> AlertsSpec:
        names = [component.name for component in self.watch]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"watch: {twice[0]} stands twice")
        for name, rule in self._rules.items():
            unknown = sorted(set(rule.of) - set(names))
            if unknown:
                raise ValueError(f"rules: {name}: of: {unknown[0]!r} is not watched; there is {', '.join(names)}")
        for component in self.watch:
            if component.KIND not in OF:
                raise ValueError(f"watch: nothing is measured of a {type(component).__name__} ({component.name!r})")
        return self

    @property
    def _rules(self) -> Mapping[Name, Rule]:
        return self.rules or {}

    def for_environment(self, environment: Environment) -> AlertsSpec:  # noqa: ARG002  the same rules in each
        return self if self.rules is not None else self.replace(rules=alert_presets.SENSIBLE)

    def applies(self) -> Mapping[str, Sequence[tuple[str, Rule]]]:
        """By watched component's name, the rules that are for it, each with its own name."""
        return {it.name: [(name, rule) for name, rule in self._rules.items() if _is_for(rule, it)] for it in self.watch}

    def told(self, level: Level) -> Level | None:
        """The level whose routes alerts of a level go by; None where nobody is told."""
        return max((each for each in self.routes if each <= level), default=None)

    @property
    def untold(self) -> Sequence[Level]:
        """The levels of its rules of which nobody is told."""
        levels = {rule.level for rules in self.applies().values() for _, rule in rules}
        return sorted(level for level in levels if self.told(level) is None)

    def features(self) -> frozenset[Feature]:
        applies = self.applies()
        signals = {features.signal(it.KIND, rule.signal) for it in self.watch for _, rule in applies[it.name]}
        kinds = {kind for routes in self.routes.values() for kind in Routes.model_fields if getattr(routes, kind)}
        return frozenset(signals | {features.route(kind) for kind in kinds})

    def without(self, feature: Feature) -> AlertsSpec:
        match feature.family:
            case "signal":
                left_rules = {name: self._narrowed(rule, feature) for name, rule in self._rules.items()}
                return self.replace(rules={name: rule for name, rule in left_rules.items() if rule})
            case "route":
                left = {level: _without(routes, feature.value) for level, routes in self.routes.items()}
                return self.replace(routes={level: routes for level, routes in left.items() if routes})
            case _:
                return super().without(feature)

    def _narrowed(self, rule: Rule, feature: Feature) -> Rule | None:
        """The rule without the components that it cannot be for; None where there are no others."""
        meant = [it for it in self.watch if _is_for(rule, it)]
        kept = [it.name for it in meant if features.signal(it.KIND, rule.signal) != feature]
        if len(kept) == len(meant):
            return rule
        return rule.model_copy(update={"of": tuple(kept)}) if kept else None


def _is_for(rule: Rule, component: Component[Any, Any]) -> bool:
    named = not rule.of or component.name in rule.of
    return named and Signal(rule.signal) in OF[component.KIND]


def _without(routes: Routes, kind: str) -> Routes | None:
    left = {field: getattr(routes, field) for field in Routes.model_fields if field != kind}
    return Routes(**left) if any(left.values()) else None


class AlertsArgs(TypedDict, total=False):
    """The arguments of `Alerts`: see `AlertsSpec`."""

    watch: Sequence[Component[Any, Any]]
    rules: Mapping[str, Rule] | None
    routes: Mapping[Level, Routes]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlertsEndpoint:
    """Where they are seen."""

    url: pulumi.Output[str]
    """The page with what is wrong now: the cloud's console, Alertmanager (vps, by `infra-kit connect`); on local the
    file (`file://…`) that `infra-kit status` reads."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class AlertsDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: AlertsSpec) -> AlertsEndpoint: ...


class Alerts(Component[AlertsSpec, AlertsEndpoint]):
    """Rules over what is measured of a stack's components, and whom they tell."""

    KIND = "alerts"
    SPEC = AlertsSpec
    url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[AlertsArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def _create(self, driver: Any, scope: Scope) -> AlertsEndpoint:
        check_made_here(scope, "watch", self.spec.watch, "Alerts", ": who made it watches it.")
        self._check_somebody_is_told(scope)
        return super()._create(driver, scope)

    def _check_somebody_is_told(self, scope: Scope) -> None:
        """Routes that leave out what is most urgent are a slip. None at all may be meant, as on a laptop."""
        if not (untold := self.spec.untold):
            return
        said = (
            f"{scope.what}: routes: nobody is told of {', '.join(untold)}, which rules have. Say whom: "
            f"routes={{{untold[0]!r}: Routes(…)}}, which is for higher numbers without routes too"
        )
        if self.asked.routes and self.asked.told(untold[0]) is None:
            raise SpecError(f"{said}; or give those rules another level.")
        pulumi.log.warn(f"{said}. Until then they are only seen, by who looks.", self)

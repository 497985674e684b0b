"""Alerts: who is told what, and when, about the components of a stack."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, Field, InstanceOf, model_validator

from infra_kit import alert_presets, features
from infra_kit.alert_rules import Level, Routes, Rule
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.features import Feature
from infra_kit.signals import OF, Signal
from infra_kit.spec import Items, Spec
from infra_kit.target import Target
from infra_kit.texts import Name

Watched = Component[Any, Any]


class AlertsSpec(Spec):
    """What alerts are asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    watch: Items[InstanceOf[Component]] = Field(min_length=1)
    """The components that are looked at. Those of another target are that target's own Alerts' to watch."""
    rules: Mapping[Name, Rule] = Field(default_factory=lambda: dict(alert_presets.SENSIBLE))
    """By name. Default: what is sensible for each kind of component (`alert_presets.SENSIBLE`). A rule that names no
    components is for all that have its signal."""
    routes: Mapping[Level, Routes] = Field(default_factory=dict)
    """Whom alerts of a level are told: `{"P0": Routes(email=["ops@example.com"], sms=["+525512345678"])}`. A level
    without one is told whom the next lower number is told (P1 whom P0); nobody, where there is none."""

    @model_validator(mode="after")
    def _check(self) -> AlertsSpec:
        names = [component.name for component in self.watch]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"watch: {twice[0]} stands twice")
        for name, rule in self.rules.items():
            unknown = sorted(set(rule.of) - set(names))
            if unknown:
                raise ValueError(f"rules: {name}: of: {unknown[0]!r} is not watched; there is {', '.join(names)}")
        for component in self.watch:
            if component.KIND not in OF:
                raise ValueError(f"watch: nothing is measured of a {type(component).__name__} ({component.name!r})")
        return self

    def applies(self) -> Mapping[str, Sequence[tuple[str, Rule]]]:
        """By watched component's name, the rules that are for it, each with its own name."""
        return {it.name: [(name, rule) for name, rule in self.rules.items() if _is_for(rule, it)] for it in self.watch}

    def told(self, level: Level) -> Routes | None:
        """Whom alerts of a level are told."""
        above = [each for each in ("P0", "P1", "P2", "P3") if each <= level]
        return next((self.routes[each] for each in reversed(above) if each in self.routes), None)  # type: ignore[index]

    def features(self) -> frozenset[Feature]:
        signals = {features.signal(rule.signal) for rules in self.applies().values() for _, rule in rules}
        kinds = {kind for routes in self.routes.values() for kind in Routes.model_fields if getattr(routes, kind)}
        return frozenset(signals | {features.route(kind) for kind in kinds})

    def without(self, feature: Feature) -> AlertsSpec:
        match feature.family:
            case "signal":
                return self.replace(rules={n: rule for n, rule in self.rules.items() if rule.signal != feature.value})
            case "route":
                left = {level: _without(routes, feature.value) for level, routes in self.routes.items()}
                return self.replace(routes={level: routes for level, routes in left.items() if routes})
            case _:
                return super().without(feature)


def _is_for(rule: Rule, component: Watched) -> bool:
    named = not rule.of or component.name in rule.of
    return named and Signal(rule.signal) in OF[component.KIND]


def _without(routes: Routes, kind: str) -> Routes | None:
    left = {field: getattr(routes, field) for field in Routes.model_fields if field != kind}
    return Routes(**left) if any(left.values()) else None


class AlertsArgs(TypedDict, total=False):
    """The arguments of `Alerts`: see `AlertsSpec`."""

    watch: Sequence[Watched]
    rules: Mapping[str, Rule]
    routes: Mapping[Level, Routes]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlertsEndpoint:
    """Where they are seen."""

    url: pulumi.Output[str]
    """The page with what is wrong now: the cloud's console, Alertmanager (vps, by `infra-kit connect`); on local the
    file that `infra-kit status` reads."""
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
        for component in self.spec.watch:
            scope.check_near(component, "watch", ", or give the other target Alerts of its own")
        return super()._create(driver, scope)

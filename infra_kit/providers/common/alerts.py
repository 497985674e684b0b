"""What the targets' Alerts share: which rule is for what that is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import pulumi

from infra_kit.alert_rules import Rule
from infra_kit.component import Component, Scope
from infra_kit.components.alerts import AlertsSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.signals import Signal

MINUTE = 60


class Measured(Protocol):
    """A target's metric."""

    @property
    def part(self) -> str: ...


M = TypeVar("M", bound=Measured)


@dataclass(frozen=True)
class Alert(Generic[M]):
    """A rule for one part of one component."""

    name: str
    """The rule's."""
    rule: Rule
    component: Component[Any, Any]
    metric: M

    @property
    def role(self) -> str:
        """A rule's and a component's name have no dot."""
        return ".".join([self.name, self.component.name, *([self.metric.part] if self.metric.part else [])])

    @property
    def what(self) -> str:
        """What it is about: `Postgres db, replica-1`."""
        part = f", {self.metric.part}" if self.metric.part else ""
        return f"{type(self.component).__name__} {self.component.name}{part}"

    def __str__(self) -> str:
        """For who is told: `P1 Postgres db, replica-1: replica-lag > 5 s for 5m`."""
        return f"{self.rule.level} {self.what}: {self.rule}"


def alerts(
    scope: Scope,
    spec: AlertsSpec,
    of: Callable[[Scope, Component[Any, Any]], Mapping[Signal, Sequence[M]]],
    *,
    by_the_minute: bool = True,
) -> Iterator[Alert[M]]:
    """One for each rule and part of a component that it is for.

    Args:
        of: how the target measures a component.
        by_the_minute: and no finer: `SpecError` is raised where a rule is no whole minutes.
    """
    rules = spec.applies()
    for component in spec.watch:
        measured = of(scope, component) if rules[component.name] else {}
        for name, rule in rules[component.name]:
            if by_the_minute:
                _check_minutes(scope, name, rule)
            metrics = measured.get(Signal(rule.signal), ())
            if not metrics:
                say_nothing_has_it(scope, name, rule, component)
            yield from (Alert(name, rule, component, metric) for metric in metrics)


def _check_minutes(scope: Scope, name: str, rule: Rule) -> None:
    if seconds(rule.lasting) % MINUTE:
        raise SpecError(
            f"{scope.what}: rules.{name}: lasting: given {rule.lasting}; {scope.target.name} measures by the minute. "
            "Say whole minutes, e.g. '1m'."
        )


def say_nothing_has_it(scope: Scope, name: str, rule: Rule, component: Component[Any, Any]) -> None:
    """Where it was meant by name: a rule for all passes over a server without replicas."""
    if component.name in rule.of:
        what = f"{type(component).__name__} {component.name!r}"
        pulumi.log.warn(f"{scope.what}: rules.{name}: nothing of {what} has {rule.signal} as it is now.", scope.parent)

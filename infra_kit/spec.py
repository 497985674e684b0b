"""Specs: what a component was asked for, as plain values, checked before anything is created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

import pulumi
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.features import Feature

T = TypeVar("T")
Items = Annotated[tuple[T, ...], Field(strict=False)]
"""A tuple that also takes a list: only the container is converted, never its items."""


class Options(BaseModel):
    """A group of options inside a spec, e.g. `Backups(retention_days=7)`. Frozen; unknown arguments are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Spec(Options):
    """Base of every spec."""

    def for_environment(self, environment: Environment) -> Self:  # noqa: ARG002  most specs ask nothing of it
        """This spec with what the environment decides filled in."""
        return self

    def features(self) -> frozenset[Feature]:
        """What a driver must be able to do to honour this spec."""
        return frozenset()

    def without(self, feature: Feature) -> Self:
        """This spec with one feature left out, for a stack that accepted the gap."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to leave out {feature!r}")

    def replace(self, **changes: object) -> Self:
        return self.model_copy(update=changes)


S = TypeVar("S", bound=Spec)


def build(spec_type: type[S], component: str, name: str, arguments: Mapping[str, Any]) -> S:
    """The checked spec, or one `SpecError` that lists every problem."""
    _refuse_unknown_at_plan_time(component, name, arguments)
    try:
        return spec_type.model_validate(dict(arguments))
    except ValidationError as invalid:
        problems = [_problem(spec_type, error) for error in invalid.errors(include_url=False)]
        raise SpecError(f"{component} {name!r}: " + "; ".join(problems)) from None


def _refuse_unknown_at_plan_time(component: str, name: str, arguments: Mapping[str, Any]) -> None:
    for key, value in arguments.items():
        if isinstance(value, pulumi.Output):
            raise SpecError(
                f"{component} {name!r}: {key} was given an Output, whose value is not known before the deployment; "
                "a plain value is needed. Read it from the stack's configuration (pulumi.Config) instead."
            )
        if value is None:
            raise SpecError(
                f"{component} {name!r}: {key} was given None; a plain value is needed. Leave {key} out to get its default."
            )


def _problem(spec_type: type[Spec], error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        allowed = ", ".join(sorted(spec_type.model_fields))
        return f"unknown argument {where!r}; allowed: {allowed}"
    if error["type"] == "missing":
        return f"{where} is required"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}, given {error['input']!r}" if where else message

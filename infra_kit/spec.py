"""Specs: what a component was asked for, as plain values, checked before anything is created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self, TypeVar, get_args

import pulumi
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from infra_kit.environments import Environment
from infra_kit.errors import OptionsError, SpecError
from infra_kit.features import Feature

T = TypeVar("T")
Items = Annotated[Sequence[T], AfterValidator(tuple)]
"""Any sequence but a str is taken, a tuple is kept: users write lists, and a frozen spec holds nothing mutable."""


class Model(BaseModel):
    """What specs and their groups of options share: frozen, strict, unknown arguments refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Options(Model):
    """A group of options inside a spec, e.g. `Backups(retention_days=7)`. Raises `OptionsError`."""

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as invalid:
            raise OptionsError(type(self), problems(type(self), invalid)) from None


class Spec(Model):
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
        """This spec with some fields changed, checked as a whole. Raises `SpecError`."""
        try:
            return type(self).model_validate({**dict(self), **changes})
        except ValidationError as invalid:
            raise SpecError(f"{type(self).__name__}: {problems(type(self), invalid)}") from None


S = TypeVar("S", bound=Spec)


def build(spec_type: type[S], component: str, name: str, arguments: Mapping[str, Any]) -> S:
    """The checked spec, or one `SpecError` that lists every problem. None is taken where it is the default."""
    for key, value in arguments.items():
        if value is None and not _takes_none(spec_type, key):
            raise SpecError(
                f"{component} {name!r}: {key} was given None; a plain value is needed. Leave {key} out for its default."
            )
    try:
        return spec_type.model_validate(dict(arguments))
    except ValidationError as invalid:
        raise SpecError(f"{component} {name!r}: {problems(spec_type, invalid)}") from None
    except SpecError as nested:
        raise SpecError(f"{component} {name!r}: {nested}") from None


def _takes_none(spec_type: type[Spec], key: str) -> bool:
    field = spec_type.model_fields.get(key)
    return field is not None and field.default is None


_MESSAGES = {
    "sequence_str": "a list is needed",
    "too_short": "at least {min_length} is needed",
    "dict_type": "a mapping is needed",
    "is_instance_of": "a {class} is needed",
    "model_type": "a {class_name} is needed",
    "greater_than_equal": "at least {ge} is needed",
    "greater_than": "more than {gt} is needed",
    "less_than_equal": "at most {le} is needed",
    "less_than": "less than {lt} is needed",
}
"""Where pydantic's own words say less, by its type of error."""
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
_CONSEQUENCE = "default_factory_not_called"
"""Pydantic's, of a default that goes by another field, which has the mistake."""


def problems(model: type[Model], invalid: ValidationError) -> str:
    """All that is wrong, in one line, for people."""
    errors = [error for error in invalid.errors(include_url=False) if error["type"] != _CONSEQUENCE]
    return "; ".join(dict.fromkeys(_problem(model, error) for error in errors))


def _problem(model: type[Model], error: Mapping[str, Any]) -> str:
    path, field = _path(model, error["loc"])
    where = ".".join(path)
    if error["type"] == "extra_forbidden":
        allowed = ", ".join(sorted(model.model_fields))
        return f"unknown {where!r}; allowed: {allowed}"
    if error["type"] == "missing":
        return f"{where} is required"
    if isinstance(error["input"], pulumi.Output):
        return (
            f"{where} was given an Output, whose value is not known before the deployment; a plain value is needed. "
            "Read it from the stack's configuration (pulumi.Config) instead"
        )
    message = _message(field, error)
    if field and SecretStr in inside(field.annotation):
        return f"{where}: a text is needed, plain or an Output; what was given is not shown, it is a secret"
    return f"{where}: {message}, given {error['input']!r}" if where else message


def _message(field: FieldInfo | None, error: Mapping[str, Any]) -> str:
    template = _MESSAGES.get(error["type"])
    if template is None:
        return str(error["msg"]).removeprefix("Value error, ")
    # A number is told both its bounds: who knows one only may go beyond the other next.
    context = error.get("ctx", {})
    bounds = _bounds(field) if field and context.keys() & _BOUNDS.keys() else ""
    return f"{bounds} is needed" if bounds else template.format(**context)


def _bounds(field: FieldInfo) -> str:
    found = {key: getattr(bound, key) for bound in field.metadata for key in _BOUNDS if hasattr(bound, key)}
    return " and ".join(f"{_BOUNDS[key]} {value}" for key, value in found.items())


def _path(model: type[BaseModel], parts: Sequence[int | str]) -> tuple[list[str], FieldInfo | None]:
    """Where the error is, and in which field: what pydantic adds behind a secret's name is its own affair."""
    path: list[str] = []
    found = None
    for at, part in enumerate(parts):
        path.append(str(part))
        field = model.model_fields.get(str(part))
        if field is None:
            continue
        found, kinds = field, inside(field.annotation)
        if SecretStr in kinds:
            break
        nested = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if len(nested) == 1:
            rest, inner = _path(nested[0], parts[at + 1 :])
            return path + rest, inner or field
    return path, found


def inside(annotation: Any) -> list[Any]:
    """What a field may hold, whatever it is wrapped in."""
    arguments = get_args(annotation)
    return [kind for argument in arguments for kind in inside(argument)] if arguments else [annotation]

"""What an endpoint must hold."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from infra_kit import Target
from infra_kit.recording import State
from infra_kit.testing.conformance.base import NAME, Base


class EndpointRules(Base):
    def test_every_field_of_the_endpoint_is_an_output_of_its_declared_type(self, target: Target) -> None:
        check_types(self.endpoint, self.record(target).named(NAME).outputs)

    def test_secrets_are_secret_and_nowhere_in_clear(self, target: Target) -> None:
        recording = self.record(target)
        it = recording.named(NAME)
        assert self.secrets <= it.secret_outputs
        values = secret_texts(it, self.secrets)
        for resource in recording.resources:
            shown = str(clear(resource))
            assert not [value for value in values if value in shown], f"{resource.name} shows a secret"


def check_types(endpoint: type, outputs: Mapping[str, Any]) -> None:
    """Holds the outputs of a component to the fields of its endpoint, no more and no less."""
    hints = get_type_hints(endpoint)
    declared = {field.name: hints[field.name] for field in dataclasses.fields(endpoint)}
    del declared["native"]
    assert set(outputs) <= set(declared)
    for name, hint in declared.items():
        (type_,) = get_args(hint)
        # What is None, the engine leaves out: only a field that may be None passes without a value.
        TypeAdapter(type_, config=ConfigDict(strict=True)).validate_python(outputs.get(name))


def secret_texts(it: State, secrets: Iterable[str]) -> list[str]:
    """The values of an endpoint's secret fields."""
    return [text for field in secrets for text in _texts(it.outputs[field])]


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def clear(resource: State) -> list[object]:
    """The values of a resource that its state shows."""
    return [value for key, value in resource.inputs.items() if key not in resource.secret_inputs] + [
        value for key, value in resource.outputs.items() if key not in resource.secret_outputs
    ]

"""Plausible answers: what a program gets, offline, where only a cloud or another stack knows.

What our own drivers ask is answered by their provider's module `testing`, in the stack's own region. Everything else
gets its inputs back, and for each further field of the SDK's result a text that says what it stands for. Either is made
up, and told with the plan.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args, get_origin

import pulumi

from infra_kit._configuration import MadeUp
from infra_kit.errors import PlanningError
from infra_kit.planning.computed import COMPUTED
from infra_kit.recording import sdk
from infra_kit.recording.monitor import REFERENCE


class Answers:
    """What was recorded, and where there is nothing, what is plausible.

    Args:
        calls: by token, what a provider's function answers.
        references: by the name of a stack, its outputs.
        settings: the stack's configuration: a function answers for the region that it says.
    """

    def __init__(
        self,
        calls: Mapping[str, Mapping[str, Any]] | None = None,
        references: Mapping[str, Mapping[str, Any]] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._calls = calls or {}
        self._references = references or {}
        self._settings = settings or {}
        self.assumed: set[str] = set()
        """What was made up, each in words."""

    def of(self, settings: Mapping[str, Any]) -> Answers:
        """The same answers for one run with its configuration, which assumes what it assumes."""
        return Answers(self._calls, self._references, settings)

    def outputs(self, token: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        if token == REFERENCE:
            return {"outputs": self._references.get(str(inputs.get("name")), {}), "secretOutputNames": []}
        own = _of_provider(token, "OUTPUTS")
        if own is not None:
            return dict(own(inputs) if callable(own) else own)
        kind = sdk.kind(token)
        name = inputs["urn"].rpartition("::")[2]
        return _made_up(kind, inputs, name) if kind else {}

    def call(self, token: str, inputs: Mapping[str, Any], region: str | None = None) -> Mapping[str, Any]:
        if token in self._calls:
            return self._calls[token]
        computed = COMPUTED[token](inputs) if token in COMPUTED else None
        if computed is not None:
            return computed
        self.assumed.add(f"what {token} answers")
        own = _of_provider(token, "CALLS")
        if own is not None:
            there = region or self._region(token.partition(":")[0])
            placed = {"region": there, **inputs} if there else inputs
            return dict(own(placed) if callable(own) else own)
        name = token.rpartition(":")[2]
        kind = _result(token)
        return {**inputs, **(_made_up(kind, inputs, name) if kind else {"id": f"[{name}.id]"})}

    def _region(self, vendor: str) -> str | None:
        """That of the stack: what the provider's own key says, or ours where the target is that vendor."""
        ours = self._settings.get("infra-kit:region") if self._settings.get("infra-kit:target") == vendor else None
        found: str | None = self._settings.get(f"{vendor}:region") or ours
        return found

    @contextmanager
    def of_references(self) -> Iterator[None]:
        """While it holds, a stack reference has whatever output is asked of it."""
        answers = self

        class Planned(pulumi.StackReference):
            def get_output(self, name: pulumi.Input[str]) -> pulumi.Output[Any]:
                return pulumi.Output.all(self.name, name, self.outputs).apply(lambda it: answers.output(*it))

            require_output = get_output

        real = pulumi.StackReference
        pulumi.StackReference = Planned  # type: ignore[misc]
        try:
            yield
        finally:
            pulumi.StackReference = real  # type: ignore[misc]

    def output(self, stack: str, name: str, outputs: Mapping[str, Any] | None) -> Any:
        """An output of another stack: recorded, or a text that says what it stands for."""
        if outputs and name in outputs:
            return outputs[name]
        self.assumed.add(f"the output {name!r} of the stack {stack!r}")
        return MadeUp(f"[{stack}.{name}]")


def read(file: Path) -> Answers:
    """Answers that were recorded: JSON with `calls` (by token) and `references` (by the name of a stack).

    Raises:
        PlanningError: the file is not that.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PlanningError(f"{file} is not valid JSON: {error}") from error
    needed = 'a mapping with `calls` and `references` is needed, e.g. {"calls": {}}'
    if not isinstance(content, dict):
        raise PlanningError(f"{file}: {needed}, and no {type(content).__name__}.")
    if unknown := sorted(content.keys() - {"calls", "references"}):
        raise PlanningError(f"{file}: unknown {', '.join(map(repr, unknown))}; {needed}.")
    for part, known in content.items():
        _check_mapping(file, part, known)
        for name, answer in known.items():
            _check_mapping(file, f"{part}: {name}", answer)
    return Answers(content.get("calls"), content.get("references"))


def _check_mapping(file: Path, where: str, given: object) -> None:
    if not isinstance(given, dict):
        raise PlanningError(f"{file}: {where}: a mapping is needed, and no {type(given).__name__}.")


def _of_provider(token: str, table: str) -> Any:
    """What our own provider of that package answers, whether this process has used it or not."""
    package = f"infra_kit.providers.{token.partition(':')[0]}"
    if find_spec(package) is None or find_spec(f"{package}.testing") is None:
        return None
    return getattr(import_module(f"{package}.testing"), table, {}).get(token)


@cache
def _result(token: str) -> type | None:
    """The SDK's class of what a function answers: of `aws:ec2/getAmi:getAmi`, `pulumi_aws.ec2.get_ami.GetAmiResult`."""
    package, path, name = token.split(":")
    module, _, function = path.rpartition("/")
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in function or name)
    home = ".".join(part for part in (f"pulumi_{package}", module if module != "index" else "", snake) if part)
    try:
        found = import_module(home)
    except ModuleNotFoundError:
        return None
    result = getattr(found, f"{name[0].upper()}{name[1:]}Result", None)
    return result if isinstance(result, type) else None


def _made_up(kind: type, inputs: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A value of its type for each property of a class that the inputs do not have."""
    made: dict[str, Any] = {}
    for attribute, member in vars(kind).items():
        if not isinstance(member, property) or member.fget is None:
            continue
        key = getattr(member.fget, "_pulumi_name", attribute)
        if key not in inputs:
            value = _value(inspect.get_annotations(member.fget).get("return"), f"[{name}.{attribute}]")
            if value is not None:
                made[key] = value
    return made


def _value(kind: Any, text: str) -> Any:
    """Of a type that says no more than a text, a number, or a list of texts. None: leave it out."""
    inner = get_args(kind)
    if get_origin(kind) is pulumi.Output:
        return _value(inner[0], text)
    plain = {str: text, int: 1, float: 1.0, bool: False}
    if kind in plain:
        return plain[kind]
    return [text] if inner == (str,) else None

"""What a system's seed asks, by id, and what there is of it: stacks/<system>/requirements.yaml."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import Field, RootModel, model_validator

from infra_kit.counts import counted
from infra_kit.spec import Items, Model
from tests.planned_phases import PROJECT
from tests.system_pages.markdown import row

FILE = "requirements.yaml"
STATES = ("live", "recorded", "gap")
RUNNING = ("tests/live/", "tests/system/", "tests/faults/")
"""Where tests run what they ask for; in all others it is recorded."""


class Part(Model):
    """One thing that an id asks for."""

    what: str = Field(min_length=1)
    state: Literal["live", "recorded", "gap"]
    on: Items[Literal["local", "vps", "aws", "gcp", "cloudflare"]] = ()
    phases: Items[str] = ()
    """None: all."""
    test: str = ""
    """`path::name` of one that would fail without it."""
    why: str = ""
    """Of a gap: why, and what is done instead."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.state == "gap":
            if not self.why or self.test or self.on:
                raise ValueError("a gap has a why, and neither targets nor a test")
        elif not (self.test and self.on):
            raise ValueError(f"what is {self.state} has a test, and the targets that it is on")
        if self.state == "live" and not ("local" in self.on and self.test.startswith(RUNNING)):
            raise ValueError(f"what is live is on local, and runs in a test under {', '.join(RUNNING)}")
        return self


class _File(RootModel[dict[str, list[Part]]]):
    """A file of them."""


def file_of(system: str) -> Path:
    return PROJECT.root / "stacks" / system.replace("-", "_") / FILE


def requirements(system: str) -> Mapping[str, Sequence[Part]]:
    """By id, its parts. All in the file is text: to YAML, an `on` would be a yes."""
    text = file_of(system).read_text(encoding="utf-8")
    return _File.model_validate(yaml.load(text, Loader=yaml.BaseLoader)).root  # noqa: S506  it makes texts only


@cache
def names_of(file: Path) -> frozenset[str]:
    """The names of a file's tests: `test_name`, `TestClass`, `TestClass::test_name`."""
    return frozenset(_tests(ast.parse(file.read_text(encoding="utf-8")).body, ""))


def _tests(body: Sequence[ast.stmt], inside: str) -> Iterator[str]:
    for each in body:
        if isinstance(each, ast.ClassDef) and each.name.startswith("Test"):
            yield each.name
            yield from _tests(each.body, f"{each.name}::")
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"):
            yield f"{inside}{each.name}"


def split(test: str) -> tuple[str, str]:
    """The path and the name of a test, without the values of its parameters."""
    path, _, name = test.partition("::")
    return path, name.partition("[")[0]


def table(system: str) -> Iterator[str]:
    """The section of a page."""
    found = requirements(system)
    parts = [part for parts in found.values() for part in parts]
    counts = ", ".join(f"{sum(part.state == state for part in parts)} {state}" for state in STATES)
    yield f"{counted(len(found), 'requirement')} in {counted(len(parts), 'part')}: {counts}."
    yield "*Live*: it runs on this machine in the tests. *Recorded*: it is made on these targets, under tests of"
    yield "what is made there. *Gap*: it is not had.\n"
    yield row("id", "what", "state", "on", "phases", "the test, or why not")
    yield row(*["---"] * 6)
    for name, parts_of in found.items():
        for number, part in enumerate(parts_of):
            phases = ", ".join(part.phases) or "all"
            yield row("" if number else name, part.what, part.state, ", ".join(part.on), phases, _held(part))
    yield ""


def _held(part: Part) -> str:
    if part.state == "gap":
        return part.why
    path, name = split(part.test)
    said = name.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    return f"[{said}](../../{path})"

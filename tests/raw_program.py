"""A planned stack written out as the Pulumi program that makes the same resources by hand, against Pulumi's own mocks.

python -m tests.raw_program PROJECT STACK FILE
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from infra_kit.engine.project import Project
from infra_kit.planning import programs
from infra_kit.recording import sdk
from infra_kit.testing import Recording, Resource
from tests.bench_recording import made_by_hand, needs

HEAD = '''"""The same resources, by hand."""

import asyncio

{imports}
from pulumi.runtime.mocks import MockEngine, MockMonitor, Mocks
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack


class Plain(Mocks):
    def new_resource(self, args):
        return f"{{args.name}}-id", args.inputs

    def call(self, args):
        return dict(args.args), None


def program():
'''
FOOT = """

monitor = MockMonitor(Plain())
configure(Settings(project="shop", stack="production", monitor=monitor, engine=MockEngine(None), organization="shop"))
asyncio.run(run_in_stack(program))
"""


def source(recording: Recording) -> str:
    """Each resource by its SDK class, an Output of what it depends on wherever the recorded one had one."""
    resources = _ordered(made_by_hand(recording))
    names = {each.urn: f"made_{number}" for number, each in enumerate(resources)}
    packages = {each.type.partition(":")[0] for each in resources if each.request.custom}
    imports = "\n".join(["import pulumi", *sorted(f"import pulumi_{package}" for package in packages)])
    lines = (line for each in resources for line in _made(each, names))
    return HEAD.format(imports=imports) + "\n".join(lines) + "\n" + FOOT


def _ordered(resources: Sequence[Resource]) -> list[Resource]:
    waiting, needed, ordered = {each.urn: each for each in resources}, needs(resources), []
    while waiting:
        ready = [each for urn, each in waiting.items() if not needed[urn] & waiting.keys()]
        ordered += ready
        waiting = {urn: each for urn, each in waiting.items() if each not in ready}
    return ordered


def _made(resource: Resource, names: Mapping[str, str]) -> Iterator[str]:
    parent = names.get(resource.parent or "", "None")
    opts = f"opts=pulumi.ResourceOptions(parent={parent}, protect={resource.options.protect})"
    made = f"    {names[resource.urn]} = "
    if not resource.request.custom:
        yield f"{made}pulumi.ComponentResource({resource.type!r}, {resource.name!r}, None, {opts})"
        return
    kind, arguments = sdk.classes(resource.type)
    yield f"{made}{kind.__module__.rpartition('.')[0]}.{kind.__name__}("
    yield f"        {resource.name!r},"
    given = {sdk.inputs(resource.type)[key]: _input(resource, key, names) for key in resource.inputs}
    # What only a cloud knows is not in a recording, and the classes insist on it.
    required = [each.name for each in inspect.signature(arguments).parameters.values() if each.default is each.empty]
    yield from (f"        {name}={text}," for name, text in (dict.fromkeys(required, "'known later'") | given).items())
    yield f"        {opts},"
    yield "    )"


def _input(resource: Resource, key: str, names: Mapping[str, str]) -> str:
    needed = resource.request.propertyDependencies[key].urns if key in resource.request.propertyDependencies else ()
    sources = [names[urn] for urn in needed if urn in names]
    value = repr(resource.inputs[key])
    text = f"{sources[0]}.urn.apply(lambda _: {value})" if sources else value
    return f"pulumi.Output.secret({text})" if key in resource.secret_inputs else text


def main() -> None:
    folder, stack, file = sys.argv[1:]
    planned = programs.plan(Project.find(Path(folder)), stack)
    Path(file).write_text(source(planned.recording), encoding="utf-8")


if __name__ == "__main__":
    main()

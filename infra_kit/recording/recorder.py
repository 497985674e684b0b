"""The recorder: runs a program to its end against a monitor of our own, and keeps what it registered."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import gc
import inspect
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi.runtime
from pulumi.runtime.config import CONFIG
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS, Settings, configure
from pulumi.runtime.stack import run_in_stack

from infra_kit import _program
from infra_kit._program import Made
from infra_kit.recording.loop import Loop
from infra_kit.recording.monitor import STACK, Answer, Engine, Monitor, Unknown
from infra_kit.recording.values import bag, holds_secret, plain

Program = Callable[[], object]


@dataclass(frozen=True)
class Options:
    """The options that a resource was registered with, the inherited ones included."""

    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]
    replace_on_changes: tuple[str, ...]
    additional_secret_outputs: tuple[str, ...]
    aliases: tuple[str, ...]
    """Each an URN, or the name that the resource had."""
    depends_on: frozenset[str]
    """URNs of what must stand before it, by its options or by its inputs."""
    provider: str | None
    """`<urn>::<id>` of an explicit provider."""


@dataclass(frozen=True)
class State:
    """What is known of one resource."""

    urn: str
    type: str
    name: str
    parent: str | None
    """The parent's URN; None directly under the stack."""
    inputs: Mapping[str, Any]
    """Plain values; secrets in clear, a resource as its URN."""
    secret_inputs: frozenset[str]
    """The inputs that are secret, or have a secret inside."""
    outputs: Mapping[str, Any]
    """What it answers: of a component, what it registered."""
    secret_outputs: frozenset[str]


@dataclass(frozen=True)
class Resource(State):
    """One resource that the program registered."""

    options: Options
    request: resource_pb2.RegisterResourceRequest
    """All of it, as it came."""


@dataclass(frozen=True)
class Recording:
    """What a program made, in the order of the URNs."""

    resources: tuple[Resource, ...]
    exports: Mapping[str, Any]
    """The stack's outputs; secrets in clear."""
    secret_exports: frozenset[str]
    warnings: tuple[str, ...]
    """Logged by `pulumi.log.warn`, e.g. each accepted gap; and, of a recording only, gaps accepted for no component."""
    notes: Mapping[str, tuple[str, ...]]
    """Logged by `pulumi.log.info`, by the URN of what it is about, e.g. the size that was picked and why."""
    components: tuple[Made, ...]
    """Ours, in the order in which they were made."""
    read: frozenset[str] = frozenset()
    """The keys of the configuration that the program asked for, set or not."""

    def of_type(self, token: str) -> tuple[Resource, ...]:
        """The resources of a type, e.g. `infra-kit:index:Postgres`."""
        return tuple(resource for resource in self.resources if resource.type == token)

    def named(self, name: str) -> Resource:
        """The one resource of that logical name. Raises `LookupError` when there is none, or more than one."""
        found = [resource for resource in self.resources if resource.name == name]
        if len(found) != 1:
            there = ", ".join(f"{resource.name} ({resource.type})" for resource in found or self.resources)
            raise LookupError(f"{len(found)} resources are named {name!r}, one was looked for; there is {there}")
        return found[0]

    def children(self, name: str) -> tuple[Resource, ...]:
        """The resources right below the one of that name."""
        parent = self.named(name).urn
        return tuple(resource for resource in self.resources if resource.parent == parent)


def record(
    program: Program,
    *,
    stack: str = "test",
    project: str = "test",
    config: Mapping[str, Any] | None = None,
    secrets: Iterable[str] = (),
    outputs: Mapping[str, Answer] | None = None,
    calls: Mapping[str, Answer] | None = None,
    unknown: Unknown | None = None,
) -> Recording:
    """Runs a Pulumi program to its end and returns what it would make. Nothing is made, nothing is reached.

    Every Output is awaited, and whatever failed, also in an `apply` that nobody awaited, is raised here. Each run has a
    context, a thread and an event loop of its own: the caller's are as they were, and runs may go side by side.
    Transforms are run as the engine runs them: a resource's (`opts.transforms`), its parents', the stack's.

    Args:
        program: a function that makes resources; may be async. Of a script: `lambda: runpy.run_path("__main__.py")`.
        stack, project: their names.
        config: the stack's configuration. A key without a namespace is the project's; values that are no str are
            given to the program as JSON, which is what a stack's file does with lists and mappings.
        secrets: the keys of `config` that are secret.
        outputs: by type token, what a resource answers beside its inputs: values, or a function of the inputs
            and its `urn`.
        calls: by token, what a provider's function answers, e.g. `aws:index/getCallerIdentity:getCallerIdentity`.
        unknown: what answers calls instead of the provider packages' own tables, and resources where these do not.

    Raises:
        RecordingError: two resources have one URN, a call has no answer, or a file of an asset cannot be read.
    """
    __tracebackhide__ = True
    monitor, engine = Monitor(outputs or {}, calls or {}, unknown), Engine()
    settings = {"stack": stack, "project": project, "monitor": monitor, "engine": engine}
    values = Asked({_key(key, project): _text(value) for key, value in (config or {}).items()})
    hidden = [_key(key, project) for key in secrets]
    with _uncollected(), ThreadPoolExecutor(max_workers=1) as own:
        ran = own.submit(contextvars.Context().run, _run, program, settings, values, hidden)
    memory = _result(ran)
    return _recording(monitor, engine, memory, values)


class Asked(dict[str, Any]):
    """A configuration that knows what it was asked for: `pulumi.Config` looks whether a key is there."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """While it holds, nobody looks for garbage: that takes longer than the run of a
    large program, in the SDK's hundred thousand objects."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _result(ran: Future[_program.Program]) -> _program.Program:
    """A failure's traceback begins in the program, where it comes from there: what runs it is long, and not its
    author's."""
    __tracebackhide__ = True
    error = ran.exception()
    if error is None:
        return ran.result()
    traceback = error.__traceback__
    while traceback and traceback.tb_frame.f_code is not _start.__code__:
        traceback = traceback.tb_next
    raise error.with_traceback(traceback.tb_next) if traceback else error


def _run(program: Program, settings: Mapping[str, Any], config: Asked, secrets: list[str]) -> _program.Program:
    """Runs the program; returns what it remembers at its end."""
    configure(Settings(**settings, dry_run=False, organization="test", root_directory=root()))
    pulumi.runtime.set_all_config({}, secrets)
    CONFIG.set(config)
    failures: list[BaseException] = []
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(_main(program, failures))
        memory = _program.current()
    finally:
        _program.forget()
    if failures:
        raise failures[0]
    settings["engine"].warnings += memory.unheeded()
    return memory


async def _main(program: Program, failures: list[BaseException]) -> None:
    """Runs the program; `failures` gets what failed in tasks that neither it nor Pulumi waits for."""

    def keep(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "exception" in context:
            failures.append(context["exception"])

    asyncio.get_running_loop().set_exception_handler(keep)
    await run_in_stack(lambda: _start(program))


async def _start(program: Program) -> None:
    """A program that returns something else, e.g. `lambda: Postgres("db")`, has nothing to be awaited itself.

    Pulumi's own waiting for Outputs looks at all of them again after each: it costs more than linear.
    """
    result = program()
    if inspect.iscoroutine(result):
        await result
    while waiting := [output for output in SETTINGS.outputs if not output.done()]:
        await asyncio.wait(waiting)


@cache
def root() -> str:
    """Stands for the project's folder: nothing that a recorded program keeps there outlives this process."""
    folder = tempfile.TemporaryDirectory(prefix="infra-kit-recording-")
    atexit.register(folder.cleanup)
    return folder.name


def _key(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _recording(monitor: Monitor, engine: Engine, memory: _program.Program, config: Asked) -> Recording:
    made = sorted(monitor.requests.items())
    stack = next(urn for urn, request in made if request.type == STACK)
    exports = monitor.states[stack]
    return Recording(
        resources=tuple(_resource(urn, request, monitor, stack) for urn, request in made if urn != stack),
        exports=plain(exports),
        secret_exports=_secret_keys(exports),
        warnings=tuple(engine.warnings),
        notes={urn: tuple(texts) for urn, texts in engine.notes.items()},
        components=tuple(memory.components),
        read=frozenset(config.asked),
    )


def _resource(urn: str, request: resource_pb2.RegisterResourceRequest, monitor: Monitor, stack: str) -> Resource:
    inputs, outputs = bag(request.object), monitor.states[urn]
    return Resource(
        urn=urn,
        type=request.type,
        name=request.name,
        parent=request.parent if request.parent != stack else None,
        inputs=plain(inputs),
        secret_inputs=_secret_keys(inputs),
        outputs=plain(outputs),
        secret_outputs=_secret_keys(outputs),
        options=_options(request),
        request=request,
    )


def _options(request: resource_pb2.RegisterResourceRequest) -> Options:
    return Options(
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=tuple(alias.urn or alias.spec.name for alias in request.aliases),
        depends_on=frozenset(request.dependencies),
        provider=request.provider or None,
    )


def _secret_keys(properties: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(key for key, value in properties.items() if holds_secret(value))

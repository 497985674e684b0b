"""One operation of Pulumi's engine, its events shown as they come.

`look` (what a `refresh` would find, the state left as it is), `refresh`, `preview`, `up`, `destroy`. A `preview` with
`--refresh` is a `look` and a plan from what it found, in the time of one.
"""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from infra_kit.engine.config_hints import set_in_full
from infra_kit.engine.diagnostics import is_told, plain
from infra_kit.engine.display import Progress
from infra_kit.engine.project import write_private
from infra_kit.engine.stack import Stack
from infra_kit.errors import AnotherRunError, EngineError

_CHANGES = {
    "create": "[green]created[/]",
    "import": "[green]imported[/]",
    "update": "[yellow]changed[/]",
    "create-replacement": "[yellow]replaced[/]",
    "delete": "[red]deleted[/]",
    "delete-replaced": "[red]deleted[/]",
}
_STARTED = "[green]started[/]"
_OTHER_KEY_HINT = (
    "\nThe stack's secrets were encrypted with another passphrase than the one in {file}. Set "
    "PULUMI_CONFIG_PASSPHRASE_FILE to the file of that other one."
)
_TITLES = {
    "look": "Looking at what runs",
    "refresh": "Noting what runs",
    "preview": "Planning",
    "up": "Applying",
    "destroy": "Destroying",
}
_UNASKED = {"look": ["refresh", "--preview-only"], "preview": ["preview"]}
_LOOKING = {"look", "refresh"}
_LOOKED = "refresh"
"""The engine's word for a look at a resource, in a `preview` also for what it found."""
_CHANGING = {"up", "destroy"}
_WORDLESS = ("could not read plugin", "program exited with non-zero exit code")
"""What the engine says of a process that could not start: why, only that process itself has said."""
_ENDINGS = {"update failed", "preview failed", "refresh failed", "destroy failed"}


@dataclass(frozen=True)
class Step:
    """What the engine does, or would do, to one resource.

    Args:
        urn: the resource's URN.
        type: its type token.
        op: the engine's word: `create`, `update`, `same`, `replace`, `delete`, `delete-replaced` … In a `look`,
            `delete` is what is gone.
        found: it is what a look at the resource found, and nothing that would be done.
        parent: the name of the component it belongs to, if any.
        replace_keys: the properties that force a replacement.
        retained: the engine would only forget it (`retain_on_delete`), the thing itself stays.
        protected: the engine stops its preview where this would be replaced or deleted, retained or not.
        inputs: what it was made of, as the state has it, secrets masked; of what is new, what it will be made of.
        becomes: what it will be made of, secrets masked; empty for what goes.
        custom: it is a thing of its own, and no component that only holds others together.
    """

    urn: str
    type: str
    op: str
    found: bool = False
    parent: str = ""
    replace_keys: tuple[str, ...] = ()
    retained: bool = False
    protected: bool = False
    inputs: Mapping[str, Any] = field(default_factory=dict)
    becomes: Mapping[str, Any] = field(default_factory=dict)
    custom: bool = True

    @property
    def name(self) -> str:
        return name_of(self.urn)

    @property
    def is_change(self) -> bool:
        return self.op not in {"same", "refresh", "read"}

    @classmethod
    def from_metadata(cls, metadata: dict[str, Any], *, found: bool = False) -> Step:
        """From the `metadata` of a resourcePreEvent or resOutputsEvent."""
        old, new = metadata.get("old") or {}, metadata.get("new") or {}
        return cls(
            urn=metadata["urn"],
            type=metadata["type"],
            op=_found(metadata) if found else metadata["op"],
            found=found,
            parent=component_of(new or old),
            replace_keys=tuple(metadata.get("keys") or ()),
            retained=bool(old.get("retainOnDelete")),
            protected=bool(old.get("protect") and (new or old).get("protect")),
            inputs=(old or new).get("inputs") or {},
            becomes=new.get("inputs") or {},
            custom=_is_custom(metadata),
        )


@dataclass
class _Run:
    """What is remembered of an operation while its events come in."""

    name: str
    progress: Progress
    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    started: dict[str, float] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)
    full: list[str] = field(default_factory=list)
    summed_up: bool = False

    def take(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            self.other.append(line)
        elif "resourcePreEvent" in event:
            self._begin(event["resourcePreEvent"]["metadata"])
        elif "resOutputsEvent" in event:
            self._end(event["resOutputsEvent"]["metadata"])
        elif "diagnosticEvent" in event:
            self._diagnose(event["diagnosticEvent"])
        elif "summaryEvent" in event:
            self.summed_up = True

    def _begin(self, metadata: dict[str, Any]) -> None:
        step = Step.from_metadata(metadata)
        if not self._looks(step.op):
            self.steps.append(step)
        if _is_custom(metadata) and step.op != "same":  # a component's own step says nothing that its children do not
            self.started[step.urn] = time.monotonic()
            self._show_active()

    def _end(self, metadata: dict[str, Any]) -> None:
        step = Step.from_metadata(metadata)
        if self._looks(step.op):  # only at its end it is known what a resource has become
            self.steps.append(Step.from_metadata(metadata, found=True))
        began = self.started.pop(step.urn, None)
        if self.name in _CHANGING and step.op in _CHANGES and _is_custom(metadata):
            took = time.monotonic() - began if began is not None else None
            self.progress.done(change_of(metadata), step.name, short(step.type), took)
        self._show_active()

    def _looks(self, op: str) -> bool:
        return self.name in _LOOKING or op == _LOOKED

    def _show_active(self) -> None:
        self.progress.doing(", ".join(name_of(urn) for urn in self.started))

    def _diagnose(self, event: dict[str, Any]) -> None:
        severity = event["severity"]
        kept = {"error": self.errors, "warning": self.warnings}.get(severity)
        if kept is None:
            if severity == "info#err":
                self.other.append(event["message"].rstrip("\n"))
            return
        name = name_of(event.get("urn") or "")
        text = plain(event["message"])
        if "\n  at " in text and severity == "error":
            self.full.append(event["message"])
        text = text if not name or "pulumi:pulumi:Stack" in event["urn"] or is_told(name, text) else f"{name}: {text}"
        if text and text not in kept:
            kept.append(text)


def run(operation: str, stack: Stack, config: Path, progress: Progress, *options: str) -> list[Step]:
    """Runs one operation to its end and returns its steps. Raises EngineError with the resources' own words."""
    command = _UNASKED.get(operation, [operation, "--yes", "--skip-preview"])
    arguments = [*command, "--json", "--stack", stack.name, "--config-file", str(config), *options]
    state = _Run(operation, progress)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        try:
            with progress.step(_TITLES[operation], long=operation in _CHANGING):
                _follow(arguments, stack, state, errors)
        finally:
            for warning in state.warnings:
                progress.warn(warning)
    return state.steps


def _follow(arguments: list[str], stack: Stack, state: _Run, errors: IO[str]) -> None:
    command = [str(stack.cli / "pulumi"), "--non-interactive", *arguments]
    with subprocess.Popen(
        command, cwd=stack.project.root, env=stack.environment, stdout=subprocess.PIPE, stderr=errors, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101  Popen's promise for PIPE
        interrupted = False
        for line in _lines(process.stdout):
            if line is None:
                interrupted = True
                state.progress.warn("Interrupted: waiting for what is under way (once more: stop at once)")
            else:
                state.take(line)
    if interrupted:
        raise EngineError("interrupted. Run it again to go on from where it stopped.")
    if process.returncode < 0:
        killed = signal.Signals(-process.returncode).name
        raise EngineError(f"Pulumi's engine was killed ({killed}) in the middle of it. Run this again: it recovers.")
    if process.returncode != 0:
        errors.seek(0)
        raise _failure(stack, state, errors.read())
    if not state.summed_up:
        raise EngineError(
            f"{command[0]} {arguments[0]} ended without an error and without a summary: nobody can tell what it does. "
            "It may be newer than this infra-kit knows: get a newer infra-kit, or put an older pulumi first on PATH."
        )


def _lines(stream: IO[str]) -> Iterator[str | None]:
    """The lines of a stream to its end; None where Ctrl-C came in (the engine got it too, and winds down)."""
    while True:
        try:
            line = stream.readline()
        except KeyboardInterrupt:
            yield None
            continue
        if not line:
            return
        yield line.rstrip("\n")


def _failure(stack: Stack, state: _Run, stderr: str) -> EngineError:
    if "currently locked by" in stderr:
        return AnotherRunError(f"another `pulumi` works on the stack {stack.name!r}:\n{plain(stderr)}")
    errors = set_in_full("\n".join(error for error in state.errors if error not in _ENDINGS), stack.name)
    text = errors or plain(stderr) or "\n".join(state.other) or f"{state.name} failed without a word."
    if any(words in text for words in _WORDLESS):
        text = "\n".join([text, *state.other])
    if "incorrect passphrase" in text:
        text += _OTHER_KEY_HINT.format(file=stack.project.passphrase_file)
    if not state.full:
        return EngineError(text)
    log = stack.project.home / "logs" / f"{stack.name}-{state.name}.log"
    write_private(log, "\n\n".join([*state.full, *state.other]) + "\n")
    return EngineError(f"{text}\nThe whole traceback: {log}")


def change_of(metadata: dict[str, Any]) -> str:
    """The word for a step. A local server that was down counts as an update, though none of its properties differs."""
    old, new = metadata.get("old") or {}, metadata.get("new") or {}
    differs = metadata.get("diffs") or metadata.get("detailedDiff") or old.get("inputs") != new.get("inputs")
    return _STARTED if metadata["op"] == "update" and not differs else _CHANGES[metadata["op"]]


def _found(metadata: dict[str, Any]) -> str:
    """What a look found, in the words of a `look`: `same`, `update`, `delete` for what is gone."""
    if metadata["op"] != _LOOKED:
        return str(metadata["op"])
    old, new = metadata.get("old") or {}, metadata.get("new")
    if not new:
        return "delete"
    return "same" if all(old.get(each) == new.get(each) for each in ("inputs", "outputs")) else "update"


def _is_custom(metadata: dict[str, Any]) -> bool:
    return bool((metadata.get("new") or metadata.get("old") or {}).get("custom"))


def name_of(urn: str) -> str:
    """The name in a URN: `urn:pulumi:shop::app::infra-kit:index:Postgres::db` is `db`."""
    return urn.rpartition("::")[2]


def component_of(resource: Mapping[str, Any]) -> str:
    """The name of the component above a resource (of an event or of the state); empty for what has only the stack."""
    parent = str(resource.get("parent") or "")
    return "" if "::pulumi:pulumi:Stack::" in parent else name_of(parent)


def short(token: str) -> str:
    """The last part of a type token: `infra-kit:index:Postgres` is `Postgres`."""
    return token.rpartition(":")[2]

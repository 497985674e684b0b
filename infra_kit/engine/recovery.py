"""After a killed run: what it left behind is awaited, ended or taken away, so that the next run can start.

A killed engine leaves its lock in the state's backend, operations it did not finish, and its plugins, which no signal
reached because each is a process group of its own. The provider plugin may still be in the middle of starting a
server: it is asked to finish that and go (SIGINT), since two at once would work on the same server.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from infra_kit.engine import connections
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.stack import RUN_MARK, Stack
from infra_kit.errors import AnotherRunError, EngineError

ORPHAN_SECONDS = 1800.0
"""How long an engine whose infra-kit was killed may go on: a managed database of a cloud takes up to half an hour."""
PLUGIN_SECONDS = 60.0
"""How long an orphaned plugin may take to finish what it has under way (starting a server takes seconds)."""

LOCAL = "pulumi-python:dynamic/infra-kit:"
"""What the type tokens of the local target's servers begin with."""

_ELSEWHERE = re.compile(
    r'pulumi:providers:(?!pulumi(?:-python)?[:"])([\w-]+)[:"]|(pulumi-python:dynamic(?!/infra-kit:)[\w/]*:\w+)[:"]'
)
"""In a state, what is made by another provider than the engine itself and the local target's. A resource stands behind
its provider, so half a state has it too."""
_PLUGIN = ("pulumi-language-python", "pulumi-resource-pulumi-python", "pulumi.dynamic")


@dataclass(frozen=True)
class EngineLock:
    """A lock file of the engine in a file backend."""

    file: Path
    pid: int
    host: str
    user: str

    @property
    def engine(self) -> psutil.Process | None:
        """The engine that holds the lock, if it lives on this machine; a pid may have gone to another program."""
        try:
            process = psutil.Process(self.pid)
            lives = process.name().startswith("pulumi") and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if lives else None


def recover(stack: Stack, progress: Progress) -> None:
    """Clears what a killed run left. The caller holds infra_kit's own lock, so an engine of ours is an orphan.

    Raises AnotherRunError if a `pulumi` that somebody started by hand is at work, here or on another machine.
    """
    for lock in engine_locks(stack):
        _clear(lock, stack, progress)
    _end_orphans(stack.project, progress)
    _mend_state(stack, progress)


def undo_creates(state: Mapping[str, Any]) -> None:
    """Deletes the local servers that a killed run had begun to create, which the state therefore does not have.

    `up` adopts them; `destroy` would not know them. A cloud's resources are beyond reach: see `pending_creates`.
    """
    for resource in pending_creates(state):
        if resource["type"].startswith(LOCAL):
            from infra_kit import _dynamic  # noqa: PLC0415  it takes Pulumi's SDK, a third of a command's time

            props = connections.clear(resource["inputs"])
            _dynamic.handler(props).delete("", props)


def pending_creates(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The resources that an interrupted run was creating: they may be there, and the state does not have them."""
    pending = state.get("pending_operations") or []
    return [operation["resource"] for operation in pending if operation["type"] == "creating"]


def _mend_state(stack: Stack, progress: Progress) -> None:
    """An engine that is killed while it writes the state leaves it cut off, and its last copy beside it whole."""
    folder = _engine_folder(stack)
    if folder is None:
        return
    file = folder / "stacks" / stack.project.name / f"{stack.name}.json"
    for notes in file.parent.glob(f"{file.name}*.attrs"):
        if not _is_whole(notes):  # only checksums stand there, and the backend does without: but not with half of them
            notes.unlink()
    if not file.exists() or _is_whole(file):
        return
    copy = file.with_name(f"{file.name}.bak")
    cut_off = file.with_name(f"{file.name}.cut-off")
    if copy.exists() and _is_whole(copy):
        file.replace(cut_off)
        shutil.copy2(copy, file)
        progress.warn("The state was cut off when the last run was killed: its last whole copy was brought back.")
        return
    _check_adoptable(file, copy, folder / "history" / stack.project.name / stack.name)
    file.replace(cut_off)
    progress.warn("The state was cut off when the last run was killed, and begins anew: what stands is adopted.")


def _check_adoptable(file: Path, copy: Path, history: Path) -> None:
    """Only the local target adopts what stands; a cloud's resources would be made a second time, empty. Of an empty
    file, the last update that came to its end says what there was."""
    last = sorted(history.glob("*.checkpoint.json"))[-1:]
    texts = [each.read_text(encoding="utf-8", errors="replace") for each in (file, copy, *last) if each.exists()]
    found = sorted({"".join(names) for text in texts for names in _ELSEWHERE.findall(text)})
    if found:
        raise EngineError(
            f"the state {file} was cut off when the last run was killed, has no whole copy beside it, and had what "
            f"{', '.join(found)} made: begun anew, all of that would be made a second time. Nothing was changed. Put a "
            f"whole state in its place: the engine keeps that of each update in {history} (*.checkpoint.json). What "
            "was made after it, `pulumi import` takes in."
        )


def _is_whole(state: Path) -> bool:
    try:
        return isinstance(json.loads(state.read_text(encoding="utf-8")), dict)
    except ValueError:
        return False


def _engine_folder(stack: Stack) -> Path | None:
    """Where the engine keeps its things in a file backend; None for a backend that is no folder."""
    folder = stack.project.backend_folder
    return folder / ".pulumi" if folder else None


def engine_locks(stack: Stack) -> list[EngineLock]:
    """The engine's locks on a stack; always empty for a backend that is no folder (its service keeps the locks)."""
    folder = _engine_folder(stack)
    if folder is None:
        return []
    root = folder / "locks"
    return [lock for file in sorted(root.glob(f"**/{stack.name}/*.json")) if (lock := _read(file))]


def _read(file: Path) -> EngineLock | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None  # its engine has just finished
    except ValueError:  # the engine was killed while it wrote the lock
        return EngineLock(file, pid=0, host=socket.gethostname(), user="")
    return EngineLock(file, content["pid"], content["hostname"], content["username"])


def _clear(lock: EngineLock, stack: Stack, progress: Progress) -> None:
    if lock.host != socket.gethostname():
        raise AnotherRunError(
            f"the stack {stack.name!r} is locked by {lock.user}@{lock.host} (process {lock.pid}). If that run no "
            f"longer lives, remove the lock: pulumi cancel --stack {stack.name}"
        )
    engine = lock.engine
    if engine is not None and not _is_ours(engine):
        raise AnotherRunError(
            f"a `pulumi` works on the stack {stack.name!r} (process {lock.pid}, user {lock.user}). It was left alone. "
            "Wait until it is done, then run this again."
        )
    if engine is not None:
        _await(engine, stack, progress)
    lock.file.unlink(missing_ok=True)
    progress.note(f"Cleared the lock of an interrupted run (process {lock.pid}).")


def _is_ours(engine: psutil.Process) -> bool:
    try:
        return RUN_MARK in engine.environ()
    except psutil.NoSuchProcess:
        return True  # it has just ended, so there is nothing to leave alone
    except psutil.AccessDenied:
        return False


def _await(engine: psutil.Process, stack: Stack, progress: Progress) -> None:
    with progress.step(f"Waiting for the engine of an interrupted run to finish (process {engine.pid})", long=True):
        try:
            engine.wait(timeout=ORPHAN_SECONDS)
        except psutil.TimeoutExpired:
            raise AnotherRunError(
                f"the engine of an interrupted run (process {engine.pid}) still works on the stack {stack.name!r} "
                f"after {ORPHAN_SECONDS / 60:.0f} minutes. Look at it, end it, then run this again."
            ) from None


def _end_orphans(project: Project, progress: Progress) -> None:
    orphans = [process for process in psutil.process_iter() if _is_orphan(process, project)]
    if not orphans:
        return
    with progress.step("Letting an interrupted run finish what it had begun", long=True):
        for process in orphans:
            _signal(process, signal.SIGINT)
        _, alive = psutil.wait_procs(orphans, timeout=PLUGIN_SECONDS)
        for process in alive:
            _signal(process, signal.SIGKILL)
        psutil.wait_procs(alive, timeout=PLUGIN_SECONDS)


def _is_orphan(process: psutil.Process, project: Project) -> bool:
    """A plugin that works on this project's state, and has no engine above it any more."""
    try:
        command = process.cmdline()[:4]
        if not any(word in part for part in command for word in _PLUGIN):
            return False
        if process.environ().get("PULUMI_BACKEND_URL") != project.backend:
            return False
        return not any(parent.name() == "pulumi" for parent in process.parents())
    except psutil.Error:
        return False  # it ended meanwhile, or it is another user's


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return

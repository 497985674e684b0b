from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from infra_kit.engine import recovery
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack
from infra_kit.errors import AnotherRunError, EngineError


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    return Stack(Project(tmp_path, "shop", tmp_path, tmp_path), "shop-development", tmp_path)


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(file=StringIO()))


def lock(stack: Stack, **more: Any) -> Path:
    """A lock as the engine 3.192 writes it."""
    content = {"pid": os.getpid(), "username": "ana", "hostname": socket.gethostname(), **more}
    file = stack.project.home / "state/.pulumi/locks/organization/shop" / stack.name / "0b1c.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(content))
    return file


def gone() -> int:
    """A pid that nobody has any more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_stack_without_locks_needs_nothing(stack: Stack, progress: Progress) -> None:
    recovery.recover(stack, progress)
    assert recovery.engine_locks(stack) == []


def test_the_lock_of_a_dead_engine_is_taken_away(stack: Stack, progress: Progress) -> None:
    file = lock(stack, pid=gone())
    recovery.recover(stack, progress)
    assert not file.exists()


def test_a_pid_that_now_belongs_to_another_program_is_no_engine(stack: Stack, progress: Progress) -> None:
    file = lock(stack, pid=os.getpid())  # this process is no `pulumi`
    recovery.recover(stack, progress)
    assert not file.exists()


def test_a_lock_half_written_by_a_killed_engine_is_taken_away(stack: Stack, progress: Progress) -> None:
    file = lock(stack)
    file.write_text('{"pid": 12')
    recovery.recover(stack, progress)
    assert not file.exists()


def test_a_lock_of_another_machine_stays_and_the_way_out_is_named(stack: Stack, progress: Progress) -> None:
    file = lock(stack, hostname="elsewhere")
    with pytest.raises(AnotherRunError, match=r"ana@elsewhere .* pulumi cancel --stack shop-development"):
        recovery.recover(stack, progress)
    assert file.exists()


def test_the_locks_of_another_stack_are_none_of_ours(stack: Stack, progress: Progress) -> None:
    file = lock(Stack(stack.project, "shop-production", stack.cli), pid=gone())
    recovery.recover(stack, progress)
    assert file.exists()


def test_a_backend_that_is_no_folder_keeps_its_own_locks(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    assert recovery.engine_locks(stack) == []


def resource(token: str, package: str, name: str) -> list[dict[str, Any]]:
    """A resource behind its provider, in the order in which the engine 3.192 writes them."""
    provider = f"urn:pulumi:shop-development::shop::pulumi:providers:{package}::default"
    urn = f"urn:pulumi:shop-development::shop::infra-kit:index:Postgres${token}::{name}"
    return [
        {"urn": provider, "custom": True, "id": "4f1e", "type": f"pulumi:providers:{package}"},
        {"urn": urn, "custom": True, "id": name, "type": token, "provider": f"{provider}::4f1e"},
    ]


LOCALS = resource("pulumi-python:dynamic/infra-kit:PostgresServer", "pulumi-python", "db-server")
CLOUDS = resource("aws:rds/instance:Instance", "aws", "db-server")


def checkpoint(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "checkpoint": {"latest": {"resources": resources}}}, indent=4)


def cut_off(stack: Stack, text: str) -> Path:
    """The state of a stack whose last bytes are missing."""
    file = stack.project.home / "state/.pulumi/stacks/shop" / f"{stack.name}.json"
    file.parent.mkdir(parents=True)
    file.write_text(text[: len(text) * 9 // 10])
    return file


def history(stack: Stack, text: str) -> Path:
    """What the engine keeps of each update that came to its end."""
    folder = stack.project.home / "state/.pulumi/history/shop" / stack.name
    folder.mkdir(parents=True)
    (folder / f"{stack.name}-1795726952000000000.checkpoint.json").write_text(text)
    return folder


def test_a_state_that_was_cut_off_and_held_only_what_runs_here_begins_anew(stack: Stack, progress: Progress) -> None:
    file = cut_off(stack, checkpoint(*LOCALS))
    history(stack, checkpoint(*LOCALS))
    recovery.recover(stack, progress)
    assert not file.exists()
    assert file.with_name(f"{file.name}.cut-off").exists()


@pytest.mark.parametrize(("text", "earlier"), [(checkpoint(*LOCALS, *CLOUDS), ""), ("", checkpoint(*CLOUDS))])
@pytest.mark.parametrize("copy", [None, "", checkpoint(*CLOUDS)[:-9]])
def test_a_state_that_was_cut_off_and_held_what_a_cloud_has_is_never_taken_for_an_empty_one(
    stack: Stack, progress: Progress, text: str, earlier: str, copy: str | None
) -> None:
    file = cut_off(stack, text)
    before = file.read_text()
    folder = history(stack, earlier)
    if copy is not None:
        file.with_name(f"{file.name}.bak").write_text(copy)
    with pytest.raises(EngineError, match=rf"{file} was cut off.* aws.*Nothing was changed.*{folder}"):
        recovery.recover(stack, progress)
    assert file.read_text() == before

"""A server that replays its log."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local import home
from infra_kit.providers.local.backups import compression, postgres_restored
from infra_kit.providers.local.backups.postgres_restored import COMING, SIGNAL, Restored
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers.postgres import PostgresServer


def test_it_is_left_alone_until_its_log_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answers(_: PostgresServer, box: Box, __: Record) -> bool:
        asked.append(box.name)
        return True

    monkeypatch.setattr(PostgresServer, "is_ready", answers)
    box, record = Box(tmp_path, "dev", "db"), cast("Record", None)
    box.data.mkdir(parents=True)
    (box.data / SIGNAL).touch()
    assert not Restored().has_come_up(box, record)
    assert not asked
    (box.data / SIGNAL).unlink()
    assert Restored().has_come_up(box, record)
    assert asked == ["db"]


class _Copies(Repository):
    """One file, whatever is asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @contextmanager
    def open(self, part: Part) -> Iterator[io.BytesIO]:  # type: ignore[override]
        yield io.BytesIO(self._content)


@pytest.mark.parametrize("left", [512 + 100, 512, 100])
def test_a_base_that_ends_within_its_label_is_no_base(tmp_path: Path, left: int) -> None:
    box = Box(tmp_path, "dev", "db")
    home.make_private(box.data, box.user)
    packed = b"".join(compression.compressed(iter([_with_a_label()[:left]])))
    with pytest.raises(BackupError, match="does not end with the backup_label"):
        postgres_restored._unpack(box, Part("base.tar.zst", "", 0), _Copies(packed))


def _with_a_label() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        label = tarfile.TarInfo("backup_label")
        label.size = 200
        tar.addfile(label, io.BytesIO(bytes(200)))
    return stream.getvalue()


def test_a_server_stops_where_nobody_brings_its_log_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL takes an answer above 125 for the end of its own start, and no other for it."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert _asks(tmp_path, monkeypatch, by=ended.pid).returncode == 126


def test_a_server_takes_what_has_come_though_who_brought_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tmp_path / "dev" / "db" / "restored-log").mkdir(parents=True)
    assert _asks(tmp_path, monkeypatch, by=ended.pid, has="000000010000000000000002").returncode == 0


def _asks(
    path: Path, monkeypatch: pytest.MonkeyPatch, by: int, has: str | None = None
) -> subprocess.CompletedProcess[str]:
    """What PostgreSQL runs for a segment of its log."""
    box = Box(path, "dev", "db")
    box.data.mkdir(parents=True)
    for file in (box.data / SIGNAL, box.path / COMING):
        file.touch()
    if has:
        (box.path / "restored-log" / has).touch()
    monkeypatch.setattr(os, "getpid", lambda: by)
    settings = dict(it.split("=", 1) for it in postgres_restored._recovery(box, None)[1::2])
    name = "000000010000000000000002"
    command = settings["restore_command"].replace("%f", name).replace("%p", str(path / "taken"))
    return subprocess.run(["sh", "-c", command], check=False, text=True, timeout=60)

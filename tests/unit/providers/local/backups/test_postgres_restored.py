"""A server that replays its log."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from infra_kit.providers.local.backups.postgres_restored import SIGNAL, Restored
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

"""A restore that does not end leaves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import restore
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import Box

NOTED = {"component": "db", "kind": "postgres"}


@pytest.mark.parametrize("ended", [KeyboardInterrupt(), BackupError("truncated", "it is short"), SystemExit(1)])
def test_a_restore_that_fails_or_is_ended_by_ctrl_c_leaves_no_half_made_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: BaseException
) -> None:
    box = Box(tmp_path, "dev", "db")

    def half(made: Box, *_: Any) -> None:
        made.data.mkdir(parents=True)
        raise ended

    monkeypatch.setattr(restore, "RESTORE", {"postgres": half})
    with pytest.raises(type(ended)):
        restore.filled(box, NOTED, cast("Repository", None), Moment())
    assert not box.path.exists()

"""A disk that is full while a backup is taken: the last good copy stays as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import restore
from tests.live.operations.backups import Safe, entries, write
from tests.live.operations.conftest import home_dir, safe
from tests.shop.checks import as_root

__all__ = ["home_dir", "safe"]


@pytest.fixture
def small_disk(safe: Safe) -> Iterator[Path]:
    """The copies are on a disk of 16 MB."""
    copies = safe.box.data / "copies"
    copies.mkdir(parents=True, exist_ok=True)
    as_root("mount", "-t", "tmpfs", "-o", f"size=16m,mode=700,uid={os.geteuid()}", "tmpfs", str(copies))
    yield copies
    as_root("umount", "--lazy", str(copies))


def test_a_full_disk_while_backing_up_leaves_the_last_good_copy_intact(safe: Safe, small_disk: Path) -> None:
    write(safe.box_of("db"), "good")
    safe.take()
    good, files = safe.report["last_backup"], set(safe.files())
    ballast = small_disk / "ballast"
    room = os.statvfs(small_disk)
    ballast.write_bytes(b"\0" * (room.f_bavail * room.f_frsize - 2 * 2**20))
    write(safe.box_of("db"), "while it is full")
    with pytest.raises(BackupError, match="no space left on device"):
        safe.take()
    assert "no space left on device" in safe.report["failure"]
    assert files <= set(safe.files())
    assert safe.drill()["failure"] == "", "the copy before is as good as it was"
    ballast.unlink()
    safe.take()
    assert safe.report["failure"] == ""
    assert safe.report["last_backup"] > good
    restore.into(safe.box, "db", None, "db-restored")
    assert entries(safe.box_of("db-restored")) == ["good", "while it is full"]

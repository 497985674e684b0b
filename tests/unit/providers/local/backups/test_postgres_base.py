"""The files of a base, where a server has them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.providers.local import home
from infra_kit.providers.local.backups import postgres_base
from infra_kit.providers.local.box import Box

FILES = {
    "PG_VERSION": b"17\n",
    "base/1/112": b"",
    "base/16384/16385": bytes(range(256)) * 4099,
    f"log/{'long' * 40}": b"what the user's own settings wrote",
    "backup_label": b"START WAL LOCATION\n",
}


@pytest.fixture
def packed(tmp_path: Path) -> bytes:
    """As tar itself makes it."""
    for name, content in FILES.items():
        file = tmp_path / "made" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (tmp_path / "made" / "pg_wal").mkdir()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for it in sorted((tmp_path / "made").iterdir()):
            tar.add(it, it.name)
    return stream.getvalue()


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path, "dev", "db")
    home.make_private(box.data, box.user)
    return box


@pytest.mark.parametrize("size", [100, 512, 2**20])
def test_each_file_is_as_it_was_and_the_servers_users_alone(packed: bytes, box: Box, size: int) -> None:
    postgres_base.lay(in_chunks(packed, size), box)
    there = {str(it.relative_to(box.data)): it for it in box.data.rglob("*")}
    assert {name: it.read_bytes() for name, it in there.items() if it.is_file()} == FILES
    assert there["pg_wal"].is_dir()
    assert {it.stat().st_uid for it in there.values()} == {box.user.uid}
    assert {it.stat().st_mode & 0o777 for it in there.values()} == {0o600, 0o700}


def test_what_is_large_is_brought_to_the_disk_while_it_is_written(
    packed: bytes, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_base, "SYNCED_AT", 2**20)
    synced: list[int] = []
    monkeypatch.setattr("os.fdatasync", synced.append)
    postgres_base.lay(in_chunks(packed, 2**16), box)
    assert len(synced) == 1


def test_a_disk_that_fails_is_not_passed_over(packed: bytes, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError("Input/output error")

    monkeypatch.setattr(postgres_base, "SYNCED_AT", 2**20)
    monkeypatch.setattr("os.fdatasync", fails)
    with pytest.raises(OSError, match="Input/output error"):
        postgres_base.lay(in_chunks(packed, 2**16), box)


@pytest.mark.parametrize("left", [0, 700, 2**19])
def test_one_that_is_cut_short_is_none(packed: bytes, box: Box, left: int) -> None:
    with pytest.raises(tarfile.ReadError):
        postgres_base.lay(in_chunks(packed[:left], 512), box)


def in_chunks(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))

"""What a PostgreSQL server does with a finished segment of its log, where power may be lost at any moment."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import script

NAME = "000000010000000000000007"
NOTED = """#!/bin/sh
echo "$(basename "$0") $*" >>"$SEEN"
exec "/bin/$(basename "$0")" "$@"
"""


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    (tmp_path / "taken-for" / "safe").mkdir(parents=True)
    it = tmp_path / "pg_wal"
    it.write_bytes(b"all of the segment")
    return it


def archive(segment: Path, path: str = "") -> list[Path]:
    """Returns where it is put."""
    folder = segment.with_name("taken")
    known = {**os.environ, "PATH": f"{path}{os.environ['PATH']}", "SEEN": str(segment.with_name("seen"))}
    subprocess.run(["sh", "-s", segment, NAME, folder], input=script("postgres_archived.sh"), text=True, env=known,
                   check=True)  # fmt: skip
    return [folder / NAME, segment.with_name("taken-for") / "safe" / NAME]


def test_a_segment_that_a_lost_power_cut_short_is_written_anew(segment: Path) -> None:
    places = archive(segment)
    for torn in (b"all of", b""):
        for place in places:
            place.write_bytes(torn)
        archive(segment)
        assert [it.read_bytes() for it in places] == [b"all of the segment"] * 2


def test_one_that_is_whole_already_is_left_alone(segment: Path) -> None:
    places = archive(segment)
    before = [it.stat().st_ino for it in places]
    archive(segment)
    assert [it.stat().st_ino for it in places] == before


def test_it_has_its_name_only_when_it_is_on_the_disk(segment: Path) -> None:
    programs = segment.with_name("programs")
    programs.mkdir()
    for name in ("cp", "sync", "mv"):
        (programs / name).write_text(NOTED)
        (programs / name).chmod(0o755)
    for place in archive(segment, f"{programs}:"):
        seen = [line.split() for line in segment.with_name("seen").read_text().splitlines()]
        part = f"{place}.part"
        at = seen.index(["cp", str(segment), part])
        assert seen[at + 1 : at + 4] == [["sync", part], ["mv", part, str(place)], ["sync", str(place.parent)]]

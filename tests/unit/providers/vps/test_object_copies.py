"""Copies of objects on a VPS, by their scripts with the real rclone and folders: what is no longer there is told, and
nothing else is taken for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import script
from tests.unit.providers.vps.test_copy_scripts import PATH, Copying

CONFIGURATION = """[raw]
type = alias
remote = {0}/repository
[copies]
type = alias
remote = raw:
[source]
type = alias
remote = {0}/bucket
"""
DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": lambda file: file.unlink(),
    "truncated": lambda file: file.write_bytes(b"t"),
}


class Objects(Copying):
    """A bucket of two objects, and what copies it: not encrypted, so that a test finds what it damages."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("take", "thin", "prove"):
            self.put(f"{name}.sh", script(f"object_store_{name}.sh".replace("take", "copy")))
        self.put("put_back.sh", script("put_back.sh"))
        self.put("rclone.conf", CONFIGURATION.format(folder))
        self.put("key", "")
        self.bucket = folder / "bucket"
        self.bucket.mkdir()
        (self.bucket / "one").write_text("first")
        (self.bucket / "two words").write_text("second")

    def copy(self) -> bool:
        return self.begin().wait(60) == 0

    def content(self, key: str) -> Path:
        """Where the first copy that had it has put what an object held."""
        return min((self.folder / "repository" / "objects").glob(f"*/{key}"))

    def restored(self) -> Path:
        """The newest copy, in a folder."""
        there = self.folder / "then"
        shutil.rmtree(there, ignore_errors=True)
        there.mkdir()
        self.run("restore.sh", str(there)).check_returncode()
        return there

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", str(self.folder / program), *words]
        known = {**os.environ, "PATH": PATH}
        return subprocess.run(command, env=known, capture_output=True, text=True, check=False)

    def faults(self) -> list[str]:
        """What a drill finds at the newest copy."""
        self.put("look.sh", 'set -eu\n. /run/infra-kit/prove.sh\nprove "$1"\n')
        done = self.run("look.sh", str(self.restored()))
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[1:]

    def put_back(self) -> subprocess.CompletedProcess[str]:
        """Into a folder that stands in for another bucket."""
        return self.run("put_back.sh", str(self.restored()), str(self.folder / "other"))

    @property
    def back(self) -> dict[str, str]:
        there = (self.folder / "other").rglob("*")
        return {it.name: it.read_text() for it in there if it.is_file()}


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path)


def test_a_bucket_that_is_gone_is_told_and_no_copy_of_nothing_takes_the_place_of_good_ones(objects: Objects) -> None:
    assert objects.copy()
    before = objects.copies
    shutil.rmtree(objects.bucket)

    assert not objects.copy()
    assert objects.failure.startswith("cache: copy: missing: the bucket is gone from its store")
    assert objects.copies == before


def test_a_bucket_that_goes_while_it_is_copied_is_told(objects: Objects) -> None:
    gone = f'rclone() {{ command rclone "$@" || return; case $1 in hashsum) rm -r {objects.bucket} ;; esac; }}\n'
    objects.put("repository.sh", script("repository.sh") + gone)

    assert not objects.copy()
    assert objects.failure.startswith("cache: copy: missing: the bucket is gone from its store")


def test_a_bucket_without_objects_is_copied(objects: Objects) -> None:
    shutil.rmtree(objects.bucket)
    objects.bucket.mkdir()

    assert objects.copy()
    assert objects.faults() == []
    assert objects.put_back().returncode == 0


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_the_copies_have_lost_goes_to_them_again(objects: Objects, damage: str) -> None:
    assert objects.copy()
    DAMAGES[damage](objects.content("two words"))
    (fault,) = objects.faults()
    assert fault.startswith(f"{damage}: what the object two words held is ")

    assert objects.copy()
    assert objects.faults() == []


def test_objects_that_are_put_back_hold_what_was_copied(objects: Objects) -> None:
    assert objects.copy()
    (objects.bucket / "one").write_text("changed since")

    assert objects.put_back().returncode == 0
    assert objects.back == {"one": "first", "two words": "second"}


@pytest.mark.parametrize("damage", DAMAGES)
def test_where_the_contents_of_an_object_are_gone_all_else_is_put_back_and_that_one_is_told(
    objects: Objects, damage: str
) -> None:
    assert objects.copy()
    DAMAGES[damage](objects.content("two words"))

    done = objects.put_back()

    assert done.returncode == 4
    assert done.stderr.startswith(f"fault: {damage}: what the object two words held is ")
    assert objects.back == {"one": "first"}


def test_an_object_that_came_back_with_other_contents_is_told(objects: Objects) -> None:
    assert objects.copy()
    objects.content("one").write_text("tsrif")

    done = objects.put_back()

    assert done.returncode == 1
    assert done.stderr.startswith("fault: changed: the object one is there, and holds not what was copied")

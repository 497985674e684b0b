"""`infra-kit` on a toy project that is up already, through the real engine."""

from __future__ import annotations

import json
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.toy import STACK, Toy

CANARY = "canary-7731"


@dataclass
class Twice:
    """A toy that was brought up twice, what was said, and what was there between."""

    toy: Toy
    first: subprocess.CompletedProcess[str]
    log: list[str]
    passphrase: str
    second: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def twice(cli: Path, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    toy = Toy.make(tmp_path_factory.mktemp("twice"), cli)
    first = toy.run("up")
    return Twice(toy, first, toy.log, _passphrase(toy).read_text(), toy.run("up"))


def _passphrase(toy: Toy) -> Path:
    return toy.root / ".infra-kit" / "passphrase"


def test_a_second_up_changes_nothing(twice: Twice) -> None:
    assert twice.second.returncode == 0, twice.second.stderr
    assert "Nothing had to change." in twice.second.stderr
    assert twice.log == ["begin db-server", "create db-server"]
    assert twice.toy.log == twice.log


def test_the_first_line_says_where_it_goes_and_what_for(twice: Twice) -> None:
    for up in (twice.first, twice.second):
        assert up.stderr.splitlines()[0] == f"{STACK}: local (default), development (default)"


def test_the_passphrase_is_made_once_for_its_owner_only(twice: Twice) -> None:
    assert stat.S_IMODE(_passphrase(twice.toy).stat().st_mode) == 0o600
    assert _passphrase(twice.toy).read_text() == twice.passphrase


def test_no_secret_is_printed_but_by_show(twice: Twice) -> None:
    for output in [twice.first, twice.second, twice.toy.run("status"), twice.toy.run("env")]:
        assert output.returncode == 0, output.stderr
        assert CANARY not in output.stdout + output.stderr
    assert f"password: {CANARY}" in twice.toy.run("show", "db").stdout.splitlines()


def test_no_secret_is_in_clear_in_the_home_folder(twice: Twice) -> None:
    files = [file for file in (twice.toy.root / ".infra-kit").rglob("*") if file.is_file()]
    assert any("stacks/toy" in str(file) for file in files)
    assert not [file for file in files if CANARY.encode() in file.read_bytes()]


def test_show_gives_scripts_one_value_or_json(twice: Twice) -> None:
    show = twice.toy.run
    assert show("show", "db", "password").stdout == f"{CANARY}\n"
    assert json.loads(show("show", "db", "--json").stdout)["password"] == CANARY
    assert json.loads(show("show", "db", "password", "--json").stdout) == CANARY
    unknown = show("show", "db", "passwort")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "Fields: " in unknown.stderr


@pytest.fixture(scope="module")
def stands(cli: Path, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    toy = Toy.make(tmp_path_factory.mktemp("stands"), cli)
    toy.configure("db", "other")
    assert toy.run("up").returncode == 0
    return toy


@pytest.fixture
def pair(stands: Toy) -> Iterator[Toy]:
    """Two components that are up; what a test asks for instead is taken back."""
    yield stands
    stands.configure("db", "other")


def test_a_replacement_that_loses_data_is_refused_before_anything_changes(pair: Toy) -> None:
    before = pair.log
    pair.configure("db", "other", size="2")
    refused = pair.run("up")
    assert refused.returncode == 3
    assert "db-server (PostgresServer) would be replaced by an empty one, because size changes" in refused.stderr
    assert "--allow-delete db" in refused.stderr
    assert pair.log == before


def test_a_mistyped_name_gives_nothing_up(pair: Toy) -> None:
    pair.configure("db")
    for command in ("up", "down"):
        refused = pair.run(command, "--allow-delete", "other", "--allow-delete", "otherr")
        assert refused.returncode == 1
        assert "--allow-delete otherr: " in refused.stderr
        assert "There are: db, db-server, other, other-server." in refused.stderr
    assert (pair.root / "server-other-server").exists()


def test_a_deletion_that_loses_data_is_refused_until_its_component_is_named(stands: Toy) -> None:
    stands.configure("db")
    assert stands.run("up").returncode == 3
    assert (stands.root / "server-other-server").exists()
    assert stands.run("up", "--allow-delete", "other").returncode == 0
    assert not (stands.root / "server-other-server").exists()
    assert (stands.root / "server-db-server").exists()

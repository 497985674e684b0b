"""Backup, RestoreDrill and `infra-kit restore` as a user has them: by `infra-kit up` and the command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.shop import Shop, open_shop

KEY = "a passphrase of the tests, which is in no state"


@pytest.fixture(scope="module")
def kept(cli: Path) -> Iterator[Shop]:
    """A stack that is up, of which there is one whole copy."""
    with open_shop(cli, program=Path(__file__).parent / "program") as project:
        # The passphrase is a secret of the user's, as `pulumi config set --secret` would have made it.
        assert project.pulumi("stack", "init").returncode == 0
        assert project.pulumi("config", "set", "--secret", "backup-key", KEY).returncode == 0
        # Of a stack that was never up there is nothing to copy before.
        first = project.run("up", "--backup-first", "safe")
        assert first.returncode == 0, first.stderr
        _write(project, "before")
        runs(project, "safe")
        # The supervisor's own run may have taken the first copy, before anything was written.
        copied = project.run("backup", "safe")
        assert copied.returncode == 0, copied.stderr
        yield project


def runs(project: Shop, name: str) -> None:
    """One run, just as the supervisor of it starts them."""
    wanted = json.loads((project.home / project.stack / name / "conf" / "workload.json").read_text())
    how = {"cwd": wanted["directory"], "env": wanted["environment"]}
    done = subprocess.run(wanted["command"], **how, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _write(project: Shop, text: str) -> None:
    with psycopg.connect(project.outputs["db"]) as session:
        session.execute("CREATE TABLE IF NOT EXISTS ledger (entry text)")
        session.execute("INSERT INTO ledger VALUES (%s)", [text])


def _entries(url: str) -> list[str]:
    with psycopg.connect(url) as session:
        return sorted(entry for (entry,) in session.execute("SELECT entry FROM ledger"))


def test_a_second_up_changes_nothing(kept: Shop) -> None:
    said = kept.up()
    assert "changed" not in said.stdout + said.stderr


def test_what_the_endpoint_names_is_there(kept: Shop) -> None:
    told = kept.outputs["safe"]
    assert told["place"] == f"s3://shop-offsite/{kept.stack}/safe"
    assert json.loads(Path(told["report"]).read_text())["last_backup"].startswith("20")
    assert Path(told["log"]).exists()


def test_the_passphrase_is_in_clear_in_no_file_of_the_project_but_the_backups_own(kept: Shop) -> None:
    assert [file for file in kept.root.rglob("*") if _holds(file, KEY.encode())] == []


def _holds(file: Path, secret: bytes) -> bool:
    with suppress(FileNotFoundError):  # files of a server come and go
        return file.is_file() and secret in file.read_bytes()
    return False


def test_the_drill_proves_it_and_tells_so(kept: Shop) -> None:
    done = kept.run("drill", "drill", "--json")
    assert done.returncode == 0, done.stderr
    proven = {it["component"]: it for it in json.loads(done.stdout)}
    assert {"wrong-key", "missing-log", "rows", "entries", "rto"} <= set(proven["db"]["checks"])
    assert "objects" in proven["files"]["checks"]
    assert all(it["seconds"] > 0 and it["of"] for it in proven.values())
    told = json.loads(Path(kept.outputs["drill"]["report"]).read_text())
    assert told["failure"] == ""
    assert told["last_proven_restore"].startswith("20")


def test_the_command_restores_a_moment_beside_what_runs(kept: Shop) -> None:
    with psycopg.connect(kept.outputs["db"]) as session:
        row = session.execute("SELECT clock_timestamp()").fetchone()
    assert row
    _write(kept, "after")
    done = kept.run("restore", "db", "--to", row[0].isoformat(), "--into", "db-then")
    assert done.returncode == 0, done.stderr
    url = kept.run("show", "db-then", "url").stdout.strip()
    assert url.replace(urlsplit(url).password or "", "••••") in done.stdout
    assert _entries(url) == ["before"]
    assert _entries(kept.outputs["db"]) == ["after", "before"]


def test_a_copy_that_stands_beside_is_removed_alone(kept: Shop) -> None:
    again = kept.run("restore", "db", "--into", "db-then")
    assert "infra-kit restore --remove db-then" in again.stderr
    assert "so it stays" in kept.run("restore", "--remove", "db").stderr
    gone = kept.run("restore", "--remove", "db-then")
    assert (gone.returncode, gone.stdout) == (0, "db-then is deleted.\n"), gone.stderr
    assert kept.servers().keys() >= {"db", "safe"}
    assert "db-then" not in kept.servers()


def test_the_command_takes_a_copy_now_and_says_where_it_is(kept: Shop) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    done = kept.run("backup", "safe", "--json")
    assert done.returncode == 0, done.stderr
    told = {it["component"]: it for it in json.loads(done.stdout)}
    assert told.keys() == {"db", "files"}
    for it in told.values():
        assert before <= datetime.fromisoformat(it["at"]) <= datetime.now(UTC)
        assert it["where"].startswith(f"s3://shop-offsite/{kept.stack}/safe/copies/20")
        assert it["size"] >= 0
        assert it["seconds"] >= 0
    assert told["db"]["size"] > 0
    assert told["db"]["seconds"] > 0
    report = json.loads(Path(kept.outputs["safe"]["report"]).read_text())
    assert datetime.fromisoformat(report["last_backup"]) >= before
    assert "infra-kit backup safe" in kept.run("backup", "db").stderr


def test_a_release_begins_with_a_copy_and_does_not_begin_without(kept: Shop) -> None:
    before = json.loads(Path(kept.outputs["safe"]["report"]).read_text())["last_backup"]
    assert kept.pulumi("config", "set", "infra-kit:backup-first", "true").returncode == 0
    released = kept.up()
    assert "Backing up safe" in released.stderr
    assert kept.run("stop").returncode == 0
    started = kept.up()
    assert "no copy is taken before: db, files not running" in started.stderr
    assert kept.pulumi("config", "rm", "infra-kit:backup-first").returncode == 0
    assert json.loads(Path(kept.outputs["safe"]["report"]).read_text())["last_backup"] > before
    refused = kept.run("up", "--backup-first", "saef")
    assert refused.returncode == 1
    assert "no backup 'saef'" in refused.stderr
    assert "is up" not in refused.stderr


def test_over_what_runs_is_refused_until_it_is_named_once_more(kept: Shop) -> None:
    refused = kept.run("restore", "db", "--over")
    assert refused.returncode == 3
    assert "--over --yes-lose db" in refused.stderr
    assert _entries(kept.outputs["db"]) == ["after", "before"]
    done = kept.run("restore", "db", "--over", "--yes-lose", "db")
    assert done.returncode == 0, done.stderr
    assert "what it held before: " in done.stdout
    assert _entries(kept.outputs["db"]) == ["after", "before"]


def test_a_name_that_no_backup_holds_is_refused_with_those_there_are(kept: Shop) -> None:
    refused = kept.run("restore", "orders")
    assert refused.returncode == 1
    assert "there is safe, db, files" in refused.stderr


def test_down_deletes_a_copy_beside_with_the_rest(kept: Shop) -> None:
    beside = kept.run("restore", "db")
    assert beside.returncode == 0, beside.stderr
    assert "db-restored" in kept.servers()
    down = kept.run("down")
    assert down.returncode == 0, down.stderr
    assert not (kept.home / kept.stack / "db-restored").exists()

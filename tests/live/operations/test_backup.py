"""Backups of real servers: what is lost comes back as it was at a moment."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from infra_kit.errors import BackupError, ConfigError, ServerError
from infra_kit.providers.local import by_hand
from infra_kit.providers.local.backups import postgres_facts, restore, settings
from infra_kit.providers.local.backups.postgres import copy as copy_postgres
from infra_kit.providers.local.box import ASIDE
from infra_kit.providers.local.servers import backup, postgres
from tests.awaiting import until
from tests.live.operations.backups import KEY, Safe, destroy, entries, moment, write
from tests.live.servers.database import props_in


def test_a_database_that_was_destroyed_with_its_files_comes_back_as_it_was_at_a_moment_between(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, "before the copy")
    safe.take()
    write(db, "after the copy")
    between = moment(db)
    write(db, "too late")
    safe.tick()
    destroy(db)
    restored = restore.into(safe.box, "db", between, "db")
    assert entries(safe.box_of("db")) == ["before the copy", "after the copy"]
    assert restored.of == between
    assert restored.address.endswith(str(safe.box_of("db").record.ports[0]))
    postgres.HANDLER.ensure(props_in(safe.home))  # the next `up` goes on with it
    write(safe.box_of("db"), "life goes on")
    assert entries(safe.box_of("db"))[-1] == "life goes on"


def test_without_a_moment_the_newest_comes_back(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, "one")
    safe.take()
    write(db, "two")
    safe.tick()
    restored = restore.into(safe.box, "db", None, "db-restored")
    assert entries(safe.box_of("db-restored")) == ["one", "two"]
    assert restored.name == "db-restored"
    assert entries(db) == ["one", "two"], "the database that runs was left alone"


def test_a_server_that_is_there_is_not_restored_over(safe: Safe) -> None:
    write(safe.box_of("db"), "mine")
    safe.take()
    with pytest.raises(ConfigError, match=r"there is a server in .*--over --yes-lose db"):
        restore.into(safe.box, "db", None, "db")


def test_told_so_it_is_restored_over_and_what_it_held_is_kept_aside(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, "good")
    safe.take()
    good = moment(db)
    write(db, "a mistake")
    safe.tick()
    port = db.record.ports[0]
    restored = restore.over(safe.box, "db", good)
    assert entries(db) == ["good"]
    assert db.record.ports[0] == port
    (aside,) = db.path.glob(f"{ASIDE}*")
    assert (aside / "PG_VERSION").exists()
    assert f"what it held before: {aside}" in restored.says[0]
    write(db, "right")
    safe.tick()
    assert safe.report["failure"] == ""
    assert not safe.box_of("db-restoring").path.exists()


def test_where_the_server_does_not_come_up_with_the_copy_what_it_held_is_put_back(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = safe.box_of("db")
    write(db, "good")
    safe.take()
    write(db, "since")
    answers = iter([Mock(ensure=Mock(side_effect=ServerError("no room"))), postgres.HANDLER])
    monkeypatch.setattr(restore, "handler", lambda _: next(answers))
    with pytest.raises(ServerError, match="no room"):
        restore.over(safe.box, "db", None)
    assert entries(db) == ["good", "since"]
    assert not list(db.path.glob("data.before-*"))
    assert not safe.box_of("db-restoring").path.exists()


def test_what_a_restore_that_was_killed_has_put_aside_is_there_again_at_the_next_up(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, "mine")
    db.process.stop(postgres.HANDLER.STOP)
    db.data.rename(db.path / "data.before-20260101T000000Z")
    safe.box_of("db-restoring").path.mkdir()
    postgres.HANDLER.ensure(props_in(safe.home))
    assert entries(db) == ["mine"]


def test_a_server_that_has_lost_its_data_gets_it_from_a_copy_and_nothing_else_in_its_place(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, props = safe.box_of("db"), props_in(safe.home)
    write(db, "good")
    safe.take()
    db.process.stop(postgres.HANDLER.STOP)
    shutil.rmtree(db.data)
    with monkeypatch.context() as patched:
        patched.setattr(restore, "handler", lambda _: Mock(ensure=Mock(side_effect=ServerError("no room"))))
        with pytest.raises(ServerError, match="no room"):
            restore.over(safe.box, "db", None)
    assert postgres.HANDLER.read("", props) is None
    restore.over(safe.box, "db", None)
    assert entries(db) == ["good"]
    # What that restore has put aside is older than what is lost now.
    db.process.stop(postgres.HANDLER.STOP)
    shutil.rmtree(db.data)
    assert postgres.HANDLER.read("", props) is None
    with pytest.raises(ServerError, match="its data is gone"):
        postgres.HANDLER.ensure(props, props)


def test_what_a_restore_that_was_killed_has_left_is_named_with_what_to_do(safe: Safe) -> None:
    safe.take()
    left = safe.box_of("db-restoring").path
    left.mkdir()
    with pytest.raises(ConfigError, match=rf"db: {left} is there.*`infra-kit stop`, delete that folder"):
        restore.over(safe.box, "db", None)


def test_a_moment_before_the_oldest_copy_is_refused_with_what_there_is(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    early = moment(safe.box_of("db"))
    safe.take()
    with pytest.raises(BackupError, match=r"no whole copy before .*The earliest that can be restored: --to 20"):
        restore.into(safe.box, "db", early, "db-restored")
    assert not safe.box_of("db-restored").path.exists()


def test_a_copy_by_hand_waits_for_the_run_that_is_at_work_and_no_second_one_is_taken_beside_it(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    safe.take()
    before = safe.report["last_backup"]
    with ThreadPoolExecutor(1) as pool:
        with (safe.box.path / "run.lock").open() as at_work:
            fcntl.flock(at_work, fcntl.LOCK_EX)
            asked = pool.submit(by_hand.back_up, safe.box)
            with pytest.raises(TimeoutError):
                asked.result(timeout=2)
            assert safe.report["last_backup"] == before
        (made,) = asked.result()
    assert made.component == "db"
    assert made.where == f"{safe.box.data}/copies/test/safe/copies/{made.at:%Y%m%dT%H%M%SZ}"
    assert safe.report["last_backup"] > before
    assert "Z by hand | a copy ended well" in safe.box.process.log.read_text()


def test_a_restore_over_what_runs_waits_for_the_run_that_is_at_work(safe: Safe) -> None:
    write(safe.box_of("db"), "good")
    safe.take()
    good = moment(safe.box_of("db"))
    write(safe.box_of("db"), "since")
    with ThreadPoolExecutor(1) as pool:
        with (safe.box.path / "run.lock").open() as at_work:
            fcntl.flock(at_work, fcntl.LOCK_EX)
            asked = pool.submit(restore.over, safe.box, "db", good)
            with pytest.raises(TimeoutError):
                asked.result(timeout=2)
            assert entries(safe.box_of("db")) == ["good", "since"]
        asked.result()
    assert entries(safe.box_of("db")) == ["good"]


def test_an_idle_database_ships_no_log(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    safe.take()
    before = safe.files()
    safe.tick()
    assert safe.files() == before


def test_the_report_tells_when_the_last_whole_copy_was_taken(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    safe.take()
    told = json.loads(settings.report_file(safe.box).read_text())
    assert told["last_backup"].startswith("20")
    assert told["failure"] == ""
    assert told["bytes"] > 0


def test_a_copy_that_cannot_be_taken_is_told_and_the_last_good_one_stays(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, "one")
    safe.take()
    last, files = safe.report["last_backup"], safe.files()
    db.process.stop(postgres.HANDLER.STOP)
    with pytest.raises(BackupError, match=r"db: .*[Cc]onnection refused|no server"):
        safe.take()
    assert "refused" in safe.report["failure"]
    assert safe.files() == files
    assert last


def test_no_name_and_no_content_is_in_clear_where_the_copies_are(safe: Safe) -> None:
    write(safe.box_of("db"), "a secret of the users")
    safe.take()
    stored = [file for file in (safe.box.data / "copies").rglob("*") if file.is_file()]
    assert stored
    assert not [file for file in stored if b"a secret of the users" in file.read_bytes()]
    assert not [file for file in stored if "manifest" in file.name or file.parent.name == "db"]


def test_the_passphrase_stands_in_no_argument_and_in_no_file_for_others(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, command: Any, *arguments: Any, **how: Any) -> None:
            begun.append(" ".join(map(str, command)))
            super().__init__(command, *arguments, **how)

    write(safe.box_of("db"), "one")
    monkeypatch.setattr(subprocess, "Popen", Recorded)
    safe.make_backup()
    safe.take()
    monkeypatch.undo()
    for what in ("rclone obscure", " rcat ", " copy "):
        assert any(what in command for command in begun), what
    conf = safe.box.conf / settings.RCLONE
    (hidden,) = (line.removeprefix("password = ") for line in conf.read_text().splitlines() if "password" in line)
    assert not [command for command in begun if KEY in command or hidden in command]
    assert KEY not in safe.box.process.log.read_text()
    assert conf.stat().st_mode & 0o077 == 0


def test_beyond_their_time_copies_go_and_what_the_others_need_stays(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    safe.changes = {"keep": {"every": "1s", "daily": None, "weekly": None}}
    safe.make()
    safe.take()
    first = [file for file in safe.files() if file.endswith("manifest.json")]
    write(safe.box_of("db"), "two")
    taken = datetime.fromisoformat(safe.report["last_backup"])
    until(lambda: settings.now() > taken + timedelta(seconds=1))  # copies are called by their second
    safe.take()
    left = [file for file in safe.files() if file.endswith("manifest.json")]
    assert len(left) == 1
    assert left != first
    restore.into(safe.box, "db", None, "db-restored")
    assert entries(safe.box_of("db-restored")) == ["one", "two"]


def test_another_key_for_the_same_copies_is_refused_with_the_safe_way(safe: Safe) -> None:
    (failure,) = backup.HANDLER.check(safe.props, {**safe.props, "key": "another"})
    assert failure.property == "key"
    assert "add a second Backup by another name" in failure.reason
    elsewhere = {"bucket": "shop-offsite", "s3_endpoint": "https://s3.example.com"}
    assert backup.HANDLER.check(safe.props, {**safe.props, "key": "another", "store": elsewhere}) == []


def test_a_backup_and_a_database_with_the_longest_names_are_copied(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_facts, "LOCK_SECONDS", 60)
    repository = settings.repository(safe.box)
    noted = copy_postgres(safe.box_of("db"), repository, "b" * 24, f"copies/20260101T000000Z/{'d' * 24}")
    assert noted["point"] == f"{'b' * 24} 20260101T000000Z"
    assert noted["facts"] is not None

"""What a restore reaches, what it says, and how a copy beside goes again."""

from __future__ import annotations

from datetime import datetime

import psycopg
import pytest

from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.local import by_hand
from infra_kit.providers.local.backups import restore
from infra_kit.providers.local.box import ASIDE
from infra_kit.providers.local.servers import backup
from tests.live.operations.backups import Safe, destroy, entries, moment, write


def test_a_moment_since_the_log_was_last_shipped_comes_back_as_it_was(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, "before the copy")
    safe.take()
    write(db, "not shipped yet")
    then = moment(db)
    write(db, "too late")
    restored = restore.into(safe.box, "db", then, "db-restored")
    assert entries(safe.box_of("db-restored")) == ["before the copy", "not shipped yet"]
    assert restored.of == then
    assert not any("not in it" in it for it in restored.says)


def test_a_moment_that_is_on_no_copy_is_refused_with_both_times_and_the_latest_comes_only_when_it_will_do(
    safe: Safe,
) -> None:
    db = safe.box_of("db")
    write(db, "shipped")
    safe.take()
    shipped = datetime.fromisoformat(safe.report["log"]["db"])
    write(db, "lost")
    then = moment(db)
    destroy(db)
    with pytest.raises(BackupError) as error:
        restore.into(safe.box, "db", then, "db-restored")
    assert f"{then:%H:%M:%S} UTC was asked for, and the latest that can be restored is" in str(error.value)
    assert f"{shipped:%H:%M:%S} UTC: its server, which had what was written since, is gone" in str(error.value)
    assert not safe.box_of("db-restored").path.exists()
    with pytest.raises(BackupError, match=r"db: .* was asked for, and the latest that can be restored is"):
        restore.check_moment(safe.box, "db", then)
    restore.check_moment(safe.box, "db", then, or_latest=True)
    restored = restore.into(safe.box, "db", then, "db-restored", or_latest=True)
    assert entries(safe.box_of("db-restored")) == ["shipped"]
    assert restored.of == shipped
    assert "is gone" in restored.says[0]


def test_a_copy_beside_is_removed_though_its_backup_is_gone(safe: Safe) -> None:
    safe.take()
    restore.into(safe.box, "db", None, "db-restored")
    backup.HANDLER.delete("", safe.props)
    assert by_hand.find("test", safe.home) == {}
    assert by_hand.remove_copy("test", safe.home, "db-restored")
    assert not safe.box_of("db-restored").path.exists()


def test_a_copy_beside_says_how_to_connect_and_is_removed_alone(safe: Safe) -> None:
    write(safe.box_of("db"), "mine")
    safe.take()
    restored = restore.into(safe.box, "db", None, "db-restored")
    assert restored.gives
    with psycopg.connect(restored.gives[1]["url"]) as session:
        assert session.execute("SELECT entry FROM ledger").fetchall() == [("mine",)]
    assert by_hand.beside("test", safe.home) == {"db-restored": ("db", restored.gives)}
    with pytest.raises(ConfigError, match="remove it first: infra-kit restore --remove db-restored"):
        restore.into(safe.box, "db", None, "db-restored")
    with pytest.raises(ConfigError, match=r"db: it is no copy .* so it stays"):
        by_hand.remove(safe.box, "db")
    assert by_hand.remove(safe.box, "db-restored")
    assert not safe.box_of("db-restored").path.exists()
    assert not by_hand.remove(safe.box, "db-restored")
    assert entries(safe.box_of("db")) == ["mine"]


def test_after_a_restore_over_each_moment_comes_back_as_it_was_then_or_not_at_all(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, "good")
    safe.take()
    good = moment(db)
    write(db, "work of the day")
    later = moment(db)
    safe.take()
    write(db, "work of the night")
    night = moment(db)
    restore.over(safe.box, "db", good)
    (aside,) = db.path.glob(f"{ASIDE}*")
    between = moment(db)
    write(db, "anew")
    safe.tick()
    anew = moment(db)
    assert of(safe, later) == ["good", "work of the day"]
    assert of(safe, night) == ["good", "work of the day", "work of the night"]
    assert of(safe, anew) == ["good", "anew"]
    with pytest.raises(BackupError, match="its own copies are of later moments") as error:
        of(safe, between)
    assert str(aside) in str(error.value)
    restore.over(safe.box, "db", later)
    write(db, "a third time")
    safe.tick()
    assert of(safe, anew) == ["good", "anew"], "the third timeline has another number than the second"
    assert of(safe, None) == ["good", "work of the day", "a third time"]
    assert safe.drill()["failure"] == ""


def test_that_the_newest_is_of_a_database_that_was_made_anew_is_said_and_how_to_have_the_one_before(safe: Safe) -> None:
    write(safe.box_of("db"), "a year of work")
    safe.take()
    destroy(safe.box_of("db"))
    safe.make()
    write(safe.box_of("db"), "nothing yet")
    safe.tick()
    restored = restore.into(safe.box, "db", None, "db-restored")
    (said,) = (it for it in restored.says if "of another database that had this name" in it)
    then = datetime.fromisoformat(said.rpartition("--to ")[2].removesuffix("."))
    assert of(safe, then) == ["a year of work"]


def of(safe: Safe, to: datetime | None) -> list[str]:
    """What a database held at a moment, by its copies."""
    restored = restore.into(safe.box, "db", to, "db-then")
    try:
        assert restored.of == to or to is None
        return entries(safe.box_of("db-then"))
    finally:
        restore.remove(safe.box_of("db-then"))

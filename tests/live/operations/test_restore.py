"""What a restore reaches, what it says, and how a copy beside goes again."""

from __future__ import annotations

from datetime import datetime

import psycopg
import pytest

from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.local import by_hand
from infra_kit.providers.local.backups import restore
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
    assert not restored.lacks


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
    restored = restore.into(safe.box, "db", then, "db-restored", or_latest=True)
    assert entries(safe.box_of("db-restored")) == ["shipped"]
    assert restored.of == shipped
    assert "is gone" in restored.says[0]


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

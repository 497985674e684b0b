"""Copies are of one Backup: a machine that is new, or a second one, does not write among them until told."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local import by_hand
from infra_kit.providers.local.backups import settings
from tests.live.operations.backups import Safe, bucket, destroy, entries, write
from tests.live.servers import s3_client


def test_when_the_machine_is_lost_up_and_restore_bring_back_all_and_nothing_is_copied_before(home_dir: Path) -> None:
    """The steps of docs/operations.md."""
    _, store = bucket(home_dir, "offsite")
    safe = Safe(home_dir, ["db", "files"], store)
    outs, _ = bucket(home_dir, "files")
    safe.make()
    write(safe.box_of("db"), "a year of work")
    s3_client.s3(outs).put_object(Bucket="shop-files", Key="invoice", Body=b"ninety-nine euros")
    safe.take()
    files = safe.files()
    for name in ("db", "files", "safe"):
        destroy(safe.box_of(name))
    outs, _ = bucket(home_dir, "files")
    safe.make()  # `infra-kit up` on a machine that has nothing but the program and its configuration
    with pytest.raises(BackupError, match="are another Backup's") as refused:
        safe.tick()
    lose = "--over --yes-lose db --yes-lose files"
    for way in (f"infra-kit restore safe {lose}", "infra-kit backup safe --take-over"):
        assert way in str(refused.value)
    assert safe.report["failure"] == str(refused.value)
    restored = by_hand.over(safe.box, "db", None)
    assert entries(safe.box_of("db")) == ["a year of work"]
    assert any("what it held before: " in line for line in restored.says)
    assert "Copies are taken here once files is restored over too" in restored.says[-1]
    with pytest.raises(BackupError, match="are another Backup's"):
        by_hand.back_up(safe.box)
    assert safe.files() == files
    restored = by_hand.over(safe.box, "files", None)
    assert "The copies are this machine's from now on" in restored.says[-1]
    assert s3_client.s3(outs).get_object(Bucket="shop-files", Key="invoice")["Body"].read() == b"ninety-nine euros"
    safe.tick()
    assert safe.report["failure"] == ""
    assert safe.report["copied"].keys() == {"db", "files"}


def test_of_two_machines_with_one_place_only_that_which_took_it_over_copies_and_deletes(
    home_dir: Path, other_home: Path
) -> None:
    _, store = bucket(home_dir, "offsite")
    safe, other = Safe(home_dir, ["db"], store), Safe(other_home, ["db"], store)
    safe.make()
    write(safe.box_of("db"), "one")
    safe.take()
    other.make_backup()
    with pytest.raises(BackupError, match="are another Backup's"):
        other.tick()
    by_hand.take_over(other.box)
    files = safe.files()
    write(safe.box_of("db"), "two")
    with pytest.raises(BackupError, match="are another Backup's"):
        safe.take()
    assert safe.files() == files
    restored = by_hand.into(safe.box, "db", None, "db-restored")
    assert entries(safe.box_of("db-restored")) == ["one"]
    assert "which alone ships its log" in restored.says[0]


def test_copies_that_were_taken_before_there_was_a_mark_stay_their_backups(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    safe.take()
    safe.stored("owner.json").unlink()
    safe.tick()
    assert "owner.json" in safe.files()
    safe.stored("owner.json").unlink()
    settings.report_file(safe.box).unlink()
    with pytest.raises(BackupError, match="before copies had an owner's mark"):
        safe.tick()

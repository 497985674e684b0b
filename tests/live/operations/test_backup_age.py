"""What Alerts read of a real backup and its drill, and whom they tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import settings
from infra_kit.providers.local.servers.alerts import HANDLER
from infra_kit.providers.local.signals.probe import Source
from infra_kit.providers.local.signals.probes import probe
from infra_kit.signals import Signal
from tests.awaiting import until
from tests.live.operations.backups import Safe, write
from tests.live.servers.hook import Hook, alerts, rule


def test_the_age_of_a_backup_is_that_of_its_last_whole_copy(safe: Safe) -> None:
    source = Source(safe.home, safe.box.stack, "backup", (safe.box.name,), str(settings.report_file(safe.box)))
    measures = probe(source)
    waiting = measures.measure()
    safe.take()
    settings.note(safe.box, failure="db: the log cannot be shipped")
    failing = measures.measure()
    safe.tick()

    assert failing[Signal.FAILED_RUNS] == 1
    assert waiting[Signal.BACKUP_AGE] == pytest.approx(0, abs=0.05)  # since it was begun: it must not stay unseen
    assert safe.report["last_backup"]
    assert measures.measure() == {
        Signal.BACKUP_AGE: pytest.approx(0, abs=0.05),
        Signal.LOG_AGE: pytest.approx(0, abs=180),
        Signal.FAILED_RUNS: 0,
    }
    safe.box.process.stop()
    assert measures.measure()[Signal.FAILED_RUNS] == 1  # nobody ships the log any more


def test_the_age_of_a_log_is_since_all_of_it_was_with_the_copies_and_a_database_that_rests_loses_nothing(
    safe: Safe,
) -> None:
    def followed() -> datetime:
        return datetime.fromisoformat(safe.report["log_followed"]["db"])

    source = Source(safe.home, safe.box.stack, "backup", (safe.box.name,), str(settings.report_file(safe.box)))
    write(safe.box_of("db"), "one")
    safe.take()
    shipped = followed()
    safe.tick()
    resting = followed()
    safe.box_of("db").process.stop()
    with pytest.raises(BackupError):
        safe.tick()
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    assert shipped < resting == followed()
    settings.note(safe.box, log_followed={"db": long_ago.isoformat()})
    assert probe(source).measure()[Signal.LOG_AGE] == pytest.approx(7200, abs=60)


def test_a_drill_that_fails_is_told_at_once_and_one_that_goes_well_ends_it(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    safe.take()
    (packed,) = (safe.stored(file) for file in safe.files() if file.endswith("base.tar.zst"))
    whole = packed.read_bytes()
    packed.write_bytes(whole[:-100])
    with pytest.raises(BackupError):
        safe.drill()
    hook = Hook()
    failed = rule("drill", "failed-runs", below=None, above=0.0, says="failed-runs > 0 runs for 1s", unit="runs")
    report = str(settings.report_file(safe.box_of("drill")))
    watched = {"drill": {"kind": "restore_drill", "servers": ["drill"], "report": report}}
    asked = alerts(safe.home, {}, [failed], routes={"P0": {"webhook": hook.url}})
    HANDLER.ensure({**asked, "watched": watched})
    until(lambda: hook.told, 60)
    packed.write_bytes(whole)
    safe.drill()
    until(lambda: len(hook.told) > 1, 60)

    assert hook.heard() == [("firing", "down", "drill"), ("resolved", "down", "drill")]
    hook.shutdown()
    hook.server_close()

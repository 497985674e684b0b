"""What Alerts read of a real backup."""

from __future__ import annotations

import pytest

from infra_kit.providers.local.backups import settings
from infra_kit.providers.local.signals.probe import Source
from infra_kit.providers.local.signals.probes import probe
from infra_kit.signals import Signal
from tests.live.operations.backups import Safe


def test_the_age_of_a_backup_is_that_of_its_last_whole_copy(safe: Safe) -> None:
    source = Source(safe.home, safe.box.stack, "backup", (safe.box.name,), str(settings.report_file(safe.box)))
    measures = probe(source)
    waiting = measures.measure()
    safe.take()

    assert waiting[Signal.BACKUP_AGE] == pytest.approx(0, abs=0.05)  # since it was begun: it must not stay unseen
    assert safe.report["last_backup"]
    assert measures.measure() == {Signal.BACKUP_AGE: pytest.approx(0, abs=0.05)}

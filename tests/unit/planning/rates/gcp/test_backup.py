"""Backups: their vaults, and the job that has copies taken."""

from __future__ import annotations

from functools import partial

import pytest

from infra_kit import Backup, Backups, Keep, ObjectStore, Postgres
from infra_kit.planning.usage import HOURS_A_MONTH
from tests.unit.planning.rates.gcp.bills import bill, items


def safe(*, both: bool = False) -> None:
    stores = [ObjectStore("files")] if both else []
    db = Postgres("db", backups=Backups(retention_days=7))
    Backup("safe", of=[db, *stores], schedule="0 3 * * *", keep=Keep(daily=None, weekly=None))


def test_a_vault_holds_the_copies_of_each_kind_and_nobody_asks_it_for_anything() -> None:
    usage = {"safe": {"stored_gb": 50}}
    one, two = (items(bill(partial(safe, both=both), usage), "safe-vault") for both in (False, True))
    assert (float(one["storage/standard"].quantity), float(two["storage/standard"].quantity)) == (50, 100)
    assert one.keys() == {"storage/standard"}


def test_its_job_runs_by_its_schedule_and_looks_at_their_age_every_hour() -> None:
    there = items(bill(safe, {"safe": {"run_minutes": 10}}), "safe-job")
    assert float(there["run/cpu"].quantity) == pytest.approx(365 / 12 * 600 + HOURS_A_MONTH * 60, rel=0.01)

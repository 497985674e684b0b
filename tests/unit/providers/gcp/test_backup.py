"""Backup and RestoreDrill on Google Cloud: what is asked of Cloud SQL when, by whom, and what is refused."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from infra_kit import Backup, Backups, Keep, Postgres, RestoreDrill
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, record

GCP = {
    "infra-kit:target": "gcp", "infra-kit:environment": "production", "infra-kit:region": "europe-west1",
    "infra-kit:app": "shop",
}  # fmt: skip
JOB = "gcp:cloudscheduler/job:Job"


def db(**backups: Any) -> Postgres:
    return Postgres("db", backups=Backups(**{"retention_days": 7, **backups}))


def safe(kept: dict[str, Any] | None = None, **asked: Any) -> Recording:
    return record(lambda: Backup("safe", of=[db(**(kept or {}))], **asked), config=GCP)


def refused(kept: dict[str, Any] | None = None, **asked: Any) -> str:
    with pytest.raises(SpecError) as error:
        safe(kept, **asked)
    return str(error.value)


def test_each_tier_of_each_server_is_a_schedule_whose_copies_end_by_themselves() -> None:
    made = safe()
    jobs = {it.name: it.inputs for it in made.children("safe") if it.type == JOB}
    assert {name: it["schedule"] for name, it in jobs.items()} == {
        "safe-every-db": "0 */6 * * *",
        "safe-daily-db": "0 18 * * *",
        "safe-weekly-db": "0 18 * * 0",
    }
    asked = {name: json.loads(base64.b64decode(it["httpTarget"]["body"])) for name, it in jobs.items()}
    assert {name: it["ttlDays"] for name, it in asked.items()} == {
        "safe-every-db": "7",
        "safe-daily-db": "30",
        "safe-weekly-db": "90",
    }
    assert {it["instance"] for it in asked.values()} == {made.named("db-server").outputs["name"]}


def test_a_server_that_is_busy_is_asked_again() -> None:
    assert safe().named("safe-every-db").inputs["retryConfig"] == {"retryCount": 5, "minBackoffDuration": "300s"}


def test_who_asks_may_have_copies_taken_and_nothing_else() -> None:
    made = safe()
    assert made.named("safe-role").inputs["permissions"] == ["cloudsql.backupRuns.create"]
    may = made.named("safe-may-copy").inputs
    assert (may["role"], may["member"]) == (
        made.named("safe-role").outputs["name"],
        made.named("safe-scheduler").outputs["member"],
    )


def test_its_log_is_of_its_own_schedules() -> None:
    log = safe(keep=Keep(daily=None, weekly=None)).named("safe").outputs["log"]
    (pattern,) = re.findall(r'job_id=~"(.*)"', log)
    assert re.match(pattern, "safe-every-db-1a2b3c4")
    assert not re.match(pattern, "safe-too-every-db-1a2b3c4")


def test_any_moment_needs_the_servers_own_log() -> None:
    assert "keeps its log, from which any moment of that is restored, for 0d" in refused({"point_in_time": False})
    assert "for 3d. Give it backups=Backups(retention_days=7)." in refused({"retention_days": 3})


def test_longer_than_cloud_sql_keeps_a_copy_is_refused() -> None:
    assert "keep.weekly: given 730d, Cloud SQL keeps a copy for 365d at most" in refused(keep=Keep(weekly="2y"))


def test_a_drill_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(SpecError, match=r"tests no restores\. Leave the RestoreDrill out, and restore a copy by hand"):
        record(lambda: RestoreDrill("drill", of=Backup("safe", of=[db()])), config=GCP)

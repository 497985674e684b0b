"""`infra-kit backup` and `infra-kit restore` on Google Cloud: what gcloud is asked, and what is made of its answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Backup, Backups, Environment, Postgres, Target
from infra_kit.engine.backups import Held
from infra_kit.errors import BackupError, ToolError
from infra_kit.providers.gcp.settings import GcpSettings
from infra_kit.testing import record
from tests.unit.backups import held
from tests.unit.tunnels import Programs, answer

TAKEN = {"id": "17", "status": "SUCCESSFUL", "startTime": "2026-11-26T10:15:00.123Z", "maxChargeableBytes": "4096"}
ANSWERS = {
    "create": answer(),
    "list": answer(json.dumps([TAKEN])),
    "clone": answer(),
    "describe": answer(
        json.dumps(
            {"ipAddresses": [{"type": "OUTGOING", "ipAddress": "1"}, {"type": "PRIVATE", "ipAddress": "10.0.0.9"}]}
        )
    ),
}


def program() -> None:
    settings = GcpSettings(project="shop-staging")
    target = Target(name="gcp", app="shop", environment=Environment.STAGING, region="europe-west1", settings=settings)
    db, other = (Postgres(name, target=target, backups=Backups(retention_days=7)) for name in ("db", "other"))
    Backup("safe", target=target, of=[db])
    Backup("safer", target=target, of=[db, other])


MADE = record(program)
SERVER = MADE.named("db-server").outputs["name"]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    it = Programs(tmp_path, monkeypatch)
    it.put("gcloud", ANSWERS)
    return it


@pytest.fixture
def safe() -> Held:
    return held(MADE)


def test_it_holds_what_its_schedules_copy(safe: Held) -> None:
    assert safe.components == ["db"]
    assert sorted(held(MADE, "safer").components) == ["db", "other"]


def test_cloud_sql_takes_a_copy_and_says_which(safe: Held, programs: Programs) -> None:
    (made,) = safe.by_hand.back_up(safe.backup)
    assert (made.component, made.where, made.size) == ("db", f"{SERVER}: 17", 4096)
    assert made.at == datetime(2026, 11, 26, 10, 15, 0, 123_000, tzinfo=UTC)
    taken, listed = programs.calls()
    assert taken[:3] == ["gcloud", "--quiet", "--project=shop-staging"]
    assert taken[3:7] == ["sql", "backups", "create", f"--instance={SERVER}"]
    assert "--async" not in taken
    assert "--sort-by=~startTime" in listed


def test_a_copy_that_failed_is_told(safe: Held, programs: Programs) -> None:
    failed: dict[str, Any] = {**TAKEN, "status": "FAILED", "error": "no quota"}
    programs.put("gcloud", {**ANSWERS, "list": answer(json.dumps([failed]))})
    with pytest.raises(BackupError, match="db: Cloud SQL did not take it: no quota"):
        safe.by_hand.back_up(safe.backup)


def test_what_gcloud_refuses_is_told_with_its_words(safe: Held, programs: Programs) -> None:
    programs.put("gcloud", {"create": answer(err="ERROR: HTTPError 409: another operation", code=1)})
    with pytest.raises(ToolError, match="HTTPError 409"):
        safe.by_hand.back_up(safe.backup)


def test_a_moment_comes_back_as_a_clone_of_the_server(safe: Held, programs: Programs) -> None:
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    made = safe.by_hand.into(safe.backup, "db", moment, "db-then")
    assert (made.name, made.address, made.of) == ("db-then", "10.0.0.9:5432", moment)
    cloned, _ = programs.calls()
    assert cloned[3:8] == ["sql", "instances", "clone", SERVER, "db-then"]
    assert "--point-in-time=2026-11-20T12:00:00.000000Z" in cloned
    assert "gcloud sql instances delete db-then" in " ".join(made.says)


def test_without_a_moment_it_is_as_the_server_is_now(safe: Held, programs: Programs) -> None:
    name = safe.by_hand.new_name(safe.backup, "db")
    assert safe.by_hand.into(safe.backup, "db", None, name).of is None
    assert name == f"{SERVER}-restored"
    assert not [word for word in programs.calls()[0] if word.startswith("--point-in-time")]


def test_it_is_never_restored_over_what_runs(safe: Held) -> None:
    assert safe.never_over

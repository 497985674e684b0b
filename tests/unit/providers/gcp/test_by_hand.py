"""`infra-kit backup` and `infra-kit restore` on Google Cloud: what gcloud is asked, and what is made of its answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Backup, Backups, Environment, Keep, ObjectStore, Postgres, Redis, RestoreDrill, SqlCheck, Target
from infra_kit.engine.backups import Held
from infra_kit.errors import BackupError, ConfigError, ToolError
from infra_kit.providers.gcp.settings import GcpSettings
from infra_kit.testing import record
from tests.unit.backups import held, held_in, proven
from tests.unit.tunnels import Programs, answer, state

VAULT = "gs://recorded-bucket"
RUN = {"metadata": {"name": "copies-x1", "creationTimestamp": "2026-11-26T10:15:00.123456Z"}}
DELETES = "gcloud sql instances delete db-then --project=shop-staging"
OLD, NEW = "2026-11-26T06:00:04Z", "2026-11-26T10:15:09Z"


def manifests(*copies: str) -> dict[str, Any]:
    return answer("\n".join(f"{VAULT}/every/{copy}/manifest.json" for copy in copies))


ANSWERS = {
    "execute": answer(json.dumps(RUN)),
    "ls": manifests(
        f"cache/{NEW}", f"cache/{OLD}", f"db/{OLD}", f"db/{NEW}", f"files/{OLD}", f"files/{NEW}", f"gone/{OLD}"
    ),
    "get-latest-recovery-time": answer(json.dumps({"latestRecoveryTime": "2026-11-26T10:00:00.5Z"})),
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
    safe = Backup("safe", target=target, of=[db, Redis("cache", target=target), ObjectStore("files", target=target)])
    RestoreDrill("drill", target=target, of=safe, checks={"orders": SqlCheck("SELECT true")})
    Backup("safer", target=target, of=[db, other], keep=Keep(every="3d", daily=None, weekly=None))


MADE = record(program)
SERVER = MADE.named("db-server").outputs["name"]
JOB = MADE.named("safe-job").outputs["name"]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    it = Programs(tmp_path, monkeypatch)
    it.put("gcloud", ANSWERS)
    return it


@pytest.fixture
def safe() -> Held:
    return held(MADE)


def test_it_holds_what_its_job_copies(safe: Held) -> None:
    assert safe.components == ["cache", "db", "files"]
    assert held(MADE, "safer").components == ["db", "other"]


def test_its_own_job_copies_all_of_it_as_the_first_tier_and_it_says_where(safe: Held, programs: Programs) -> None:
    made = safe.by_hand.back_up(safe.backup)
    assert [(it.component, it.where) for it in made] == [
        (name, f"{VAULT}/every/{name}/{NEW}") for name in ("cache", "db", "files")
    ]
    assert {it.at for it in made} == {datetime(2026, 11, 26, 10, 15, 9, tzinfo=UTC)}
    run, _ = programs.calls()
    assert run[:3] == ["gcloud", "--quiet", "--project=shop-staging"]
    assert run[3:7] == ["run", "jobs", "execute", JOB]
    assert {"--region=europe-west1", "--args=copy,every,7", "--wait"} <= set(run)


def test_a_copy_by_hand_is_kept_as_long_as_the_schedules(programs: Programs) -> None:
    safer = held(MADE, "safer")
    safer.by_hand.back_up(safer.backup)
    assert "--args=copy,every,3" in programs.calls()[0]


def test_what_was_there_before_the_run_is_no_copy_of_it(safe: Held, programs: Programs) -> None:
    programs.put("gcloud", {**ANSWERS, "ls": manifests(f"cache/{OLD}", f"db/{NEW}", f"files/{NEW}")})
    assert [it.component for it in safe.by_hand.back_up(safe.backup)] == ["db", "files"]


def test_of_one_that_is_not_up_yet_nothing_is_held() -> None:
    assert (
        held_in({"resources": [it for it in state(MADE)["resources"] if "cloudrunv2" not in it["type"]]}).components
        == []
    )


def test_a_run_that_fails_is_told_with_gclouds_words(safe: Held, programs: Programs) -> None:
    programs.put("gcloud", {"execute": answer(err="ERROR: The execution failed.\nView details: https://…", code=1)})
    with pytest.raises(ToolError, match=r"The execution failed(?s:.*)View details"):
        safe.by_hand.back_up(safe.backup)


def test_a_moment_comes_back_as_a_clone_of_the_server(safe: Held, programs: Programs) -> None:
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    made = safe.by_hand.into(safe.backup, "db", moment, "db-then")
    assert (made.name, made.address, made.of) == ("db-then", "10.0.0.9:5432", moment)
    _, cloned, _ = programs.calls()
    assert cloned[3:8] == ["sql", "instances", "clone", SERVER, "db-then"]
    assert "--point-in-time=2026-11-20T12:00:00.000000Z" in cloned
    assert f"({DELETES})" in " ".join(made.says)
    assert "••••@10.0.0.9:5432/" in safe.connection(made).how


LATE = datetime(2026, 11, 26, 10, 1, tzinfo=UTC)


def test_a_moment_that_the_log_has_not_reached_yet_is_told(safe: Held, programs: Programs) -> None:
    with pytest.raises(BackupError, match=r"10:01:00 UTC was asked for, and the latest .* is 2026-11-26 10:00:00 UTC"):
        safe.by_hand.into(safe.backup, "db", LATE, "db-then")
    assert len(programs.calls()) == 1


def test_where_the_latest_will_do_it_comes_back(safe: Held, programs: Programs) -> None:
    made = safe.by_hand.into(safe.backup, "db", LATE, "db-then", or_latest=True)
    assert made.of == datetime(2026, 11, 26, 10, 0, 0, 500_000, tzinfo=UTC)
    assert "--point-in-time=2026-11-26T10:00:00.500000Z" in programs.calls()[1]


def test_what_was_restored_is_deleted_by_googles_own_command(safe: Held, programs: Programs) -> None:
    with pytest.raises(ConfigError, match=f"db-then: .* no part of the stack, .*{DELETES}$"):
        safe.by_hand.remove(safe.backup, "db-then")
    assert not programs.calls()


def test_without_a_moment_it_is_as_the_server_is_now(safe: Held, programs: Programs) -> None:
    name = safe.by_hand.new_name(safe.backup, "db")
    made = safe.by_hand.into(safe.backup, "db", None, name)
    assert made.of is None
    assert made.says[0] == "It is as the server was when it was cloned."
    assert name == f"{SERVER}-restored"
    assert not [word for word in programs.calls()[0] if word.startswith("--point-in-time")]


PROOFS = f"{VAULT}/proofs/drill"
PROOF = {"restored": {"db": {"copy": "c", "of": "2026-11-26T10:00:00Z", "seconds": 754, "tables": {"app": "7"}}}}


def test_a_drill_now_is_a_run_of_its_job_and_says_what_was_proven(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = answer(f"{PROOFS}/2026-11-01T05:20:00Z.json\n{PROOFS}/2026-11-26T10:15:00Z.json")
    programs.put("gcloud", {"execute": answer(json.dumps(RUN)), "ls": listed, "cat": answer(json.dumps(PROOF))})
    (db,) = proven(MADE, tmp_path, monkeypatch)
    assert (db.component, db.seconds) == ("db", 754)
    assert db.checks == ("missing", "restore", "start", "rto", "orders")
    run, _, read = programs.calls()
    assert run[3:7] == ["run", "jobs", "execute", MADE.named("drill-job").outputs["name"]]
    assert {"--region=europe-west1", "--args=drill", "--wait"} <= set(run)
    assert read[-1] == f"{PROOFS}/2026-11-26T10:15:00Z.json"


def test_a_drill_that_proves_nothing_is_told_with_gclouds_words(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.put("gcloud", {"execute": answer(err="ERROR: The execution failed.\nView details: https://…", code=1)})
    with pytest.raises(ToolError, match=r"The execution failed(?s:.*)View details"):
        proven(MADE, tmp_path, monkeypatch)


def test_it_is_never_restored_over_what_runs(safe: Held) -> None:
    assert safe.never_over


@pytest.mark.parametrize(
    ("component", "ways"),
    [
        ("cache", (f"'{VAULT}/*/cache/*/dump.rdb'", "gcloud redis instances import", "--region=europe-west1")),
        ("files", (f"gcloud storage rsync --recursive {VAULT}/objects/files", "--all-versions", "gcloud storage cp")),
    ],
)
def test_caches_and_objects_are_refused_with_googles_own_commands(
    safe: Held, programs: Programs, component: str, ways: tuple[str, ...]
) -> None:
    with pytest.raises(BackupError) as error:
        safe.by_hand.new_name(safe.backup, component)
    said = str(error.value)
    assert said.startswith(f"{component}: ")
    assert [way for way in ways if way not in said] == []
    with pytest.raises(BackupError):
        safe.by_hand.into(safe.backup, component, None, "then")
    assert not programs.calls()

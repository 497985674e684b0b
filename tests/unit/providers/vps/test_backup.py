"""Backup and RestoreDrill on a VPS: what is made, what is refused, which copies are kept, and what is told."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from infra_kit import (
    Alerts,
    Backup,
    Backups,
    Environment,
    Keep,
    ObjectStore,
    Postgres,
    RestoreDrill,
    SqlCheck,
    Target,
)  # fmt: skip
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.vps import postgres_copies
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.settings import BackupStore, VpsSettings
from infra_kit.stateful import is_stateful
from infra_kit.testing import Recording, record
from tests.awaiting import until

STORE = BackupStore(
    endpoint="https://s3.example.com",
    bucket="backups",
    access_key="key",
    secret_key=SecretStr("the-secret-key"),
    passphrase=SecretStr("the-passphrase"),
)
HOST = VpsSettings(
    host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy", backups=STORE
)
TARGET = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=HOST)


def made(endpoint: str = "https://s3.example.org:9443", **asked: Any) -> Recording:
    def program() -> None:
        db = Postgres("db", target=TARGET, version="16", backups=Backups())
        bucket = ObjectStore.existing(
            "offsite", target=TARGET, bucket="copies", s3_endpoint=endpoint, access_key="k", secret_key="bucket-secret"
        )
        safe = Backup("safe", target=TARGET, of=[db], to=bucket, key="a-key-of-the-user", **asked)
        checks = {"orders": SqlCheck("SELECT 'it''s'", expects="it's")}
        RestoreDrill("drill", target=TARGET, of=safe, checks=checks, rto="5m")

    return record(program)


def files(recording: Recording, role: str) -> dict[str, str]:
    uploads = recording.named(f"{role}-files").inputs["uploads"]
    return {upload["file"].rpartition("/")[2]: upload["content"] for upload in uploads}


def environment(recording: Recording, role: str) -> dict[str, str]:
    return dict(it.split("=", 1) for it in recording.named(role).inputs["envs"])


def test_copies_go_to_the_bucket_by_tls_under_the_users_key_and_not_with_the_servers_own() -> None:
    recording = made()
    configuration = files(recording, "safe-db-backup")["pgbackrest.conf"].splitlines()
    assert {
        "repo1-type=s3",
        "repo1-s3-endpoint=s3.example.org",
        "repo1-storage-port=9443",
        "repo1-s3-bucket=copies",
        "repo1-cipher-type=aes-256-cbc",
        "repo1-cipher-pass=a-key-of-the-user",
    } <= set(configuration)
    assert files(recording, "safe-db-archive")["pgbackrest.conf"].splitlines() == configuration
    assert "the-passphrase" not in str(configuration)
    assert "a-key-of-the-user" not in files(recording, "db-backup")["pgbackrest.conf"]


def test_no_key_is_in_an_argument_a_variable_or_the_plain_state() -> None:
    for resource in made().resources:
        clear = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        assert not any(it in str(clear) for it in ("a-key-of-the-user", "bucket-secret")), resource.name


def test_an_address_without_tls_is_refused() -> None:
    with pytest.raises(SpecError, match="by TLS alone"):
        made("http://s3.example.org")


def test_a_bucket_of_a_host_is_refused_for_it_has_no_tls() -> None:
    def program() -> None:
        db = Postgres("db", target=TARGET, backups=Backups())
        Backup("safe", target=TARGET, of=[db], to=ObjectStore("files", target=TARGET), key="it")

    with pytest.raises(UnsupportedFeatureError, match="by TLS alone"):
        record(program)


def test_a_postgres_that_keeps_no_log_is_refused() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"Postgres\(…, backups=Backups\(\)\)"):
        record(lambda: Backup("safe", target=TARGET, of=[Postgres("db", target=TARGET)]))


def test_a_lock_is_refused_where_a_later_copy_needs_an_earlier_one_for_longer() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"locked-backups.*pgBackRest extends no lock"):
        made(locked="1d")


def test_the_log_goes_to_a_folder_of_its_own_that_goes_with_the_backup() -> None:
    recording = made()
    folder = "/var/lib/postgresql/data/pgbackrest-for/safe"
    log = recording.named("safe-db-log").inputs
    assert log["create"].endswith(f"mkdir -p {folder}")
    assert f"rm -rf {folder}" in log["delete"]
    assert recording.named("safe-db-archive").inputs["command"] == [folder, "/var/lib/postgresql/data/pgdata"]
    assert recording.named("safe-db-log").urn in recording.named("safe-db-archive").options.depends_on


def test_copies_are_taken_on_the_schedule_and_kept_as_asked() -> None:
    recording = made(schedule="0 3 * * *", keep=Keep(every="2d", daily="10d", weekly=None))
    # A day at most, tried again three times, half a minute to stop, five minutes in between.
    for role in ("safe-db-backup", "drill-db-restore"):
        assert recording.named(role).inputs["entrypoints"][-4:] == ["86400", "3", "30", "300"]
    assert "0 3 * * *" in recording.named("safe-db-backup").inputs["entrypoints"]
    tiers = environment(recording, "safe-db-backup")
    assert (tiers["EVERY"], tiers["DAILY"], tiers["WEEKLY"]) == ("172800", "864000", "0")


@pytest.mark.parametrize(
    ("keep", "days", "whole"),
    [(Keep(), "90", "2"), (Keep(every="8d", daily=None, weekly=None), "8", "3"), (Keep(every="12h"), "90", "2")],
)
def test_the_log_is_kept_since_a_whole_copy_that_is_older_than_each_is_kept(keep: Keep, days: str, whole: str) -> None:
    kept = postgres_copies.retention(keep)
    assert (kept["retention-full"], kept["retention-archive"]) == (days, whole)


def test_a_drill_has_no_network_where_it_starts_what_was_restored() -> None:
    recording = made()
    proof = recording.named("drill-db-proof").inputs
    assert proof["networkMode"] == "none"
    assert files(recording, "drill-db-proof")["checks.sh"] == (
        """check orders app 'SELECT '"'"'it'"'"''"'"'s'"'"'' 'it'"'"'s'\n"""
    )
    assert "a-key-of-the-user" not in str(files(recording, "drill-db-proof"))
    assert environment(recording, "drill-db-restore")["RTO"] == "300"


def test_what_a_drill_restores_into_counts_as_no_data() -> None:
    recording = made()
    (scratch, report) = (recording.named(name) for name in ("drill-db-scratch", "drill-report"))
    assert not is_stateful(scratch.type, scratch.inputs)
    assert is_stateful(report.type, report.inputs)


def test_an_alert_knows_how_old_the_last_copy_and_the_last_proof_are() -> None:
    def program() -> None:
        db = Postgres("db", target=TARGET, backups=Backups())
        safe = Backup("safe", target=TARGET, of=[db])
        Alerts("alerts", target=TARGET, watch=[safe, RestoreDrill("drill", target=TARGET, of=safe)])

    rules = str([it.inputs.get("stdin") for it in record(program).resources if it.name.startswith("alerts-")])
    for component, unit in (("safe", 3_600), ("drill", 86_400)):
        last = f'infra_kit_last_good_seconds{{component=\\\\"{component}\\\\"}}'
        assert f"(time() - ((min({last})) or vector(0))) / {unit}" in rules
        assert f'max(last_over_time(infra_kit_last_run_failed{{component=\\\\"{component}\\\\"}}[15m]))' in rules


PGBACKREST = """#!/bin/sh
case "$*" in
  *info) cat "$COPIES" ;;
  *expire*) echo "$*" | sed 's/^.*--set=//' >>"$EXPIRED" ;;
  *) echo "$*" >>"$TAKEN"; exit "$FAILS" ;;
esac
"""


SCRIPTS = {name: script(name) for name in ("report.sh", "tiers.sh")}


class Repository:
    """What stands in for pgBackRest, and what the script did with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in {"pgbackrest": PGBACKREST, **SCRIPTS}.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        (folder / "copy.sh").write_text(script("postgres_copy.sh").replace("/run/infra-kit", str(folder)))

    def run(self, copies: Mapping[str, str], *, fails: int = 0, **tiers: int) -> list[str]:
        """One copy beside those there are; returns what was thinned out. Tiers are in days."""
        lines = "".join(f"        {kind} backup: {label}\n" for label, kind in copies.items())
        (self.folder / "copies").write_text(f"stanza: main\n{lines}")
        (self.folder / "expired").write_text("")
        ages = {name: str(tiers.get(name, 0) * 86_400) for name in ("EVERY", "DAILY", "WEEKLY")}
        places = {name: str(self.folder / name.lower()) for name in ("COPIES", "EXPIRED", "TAKEN")}
        told = {"NAME": "safe", "FIELD": "last_backup", "PARTS": "db", "PART": "db", "FOLDER": str(self.folder)}
        path = {"PATH": f"{self.folder}:{os.environ['PATH']}", "FAILS": str(fails)}
        subprocess.run(["sh", self.folder / "copy.sh"], env={**ages, **places, **told, **path}, check=fails == 0)
        return (self.folder / "expired").read_text().split()

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "report.json").read_text())
        return found


def label(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y%m%d-%H%M%S")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_each_copy_stays_for_its_time_then_the_last_of_a_day_then_none(repository: Repository) -> None:
    full = f"{label(40)}F"
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0)
    days = {age: noon - timedelta(days=age) for age in (1, 5, 20)}
    twice = {
        age: [f"{full}_{(day + timedelta(hours=hour)).strftime('%Y%m%d-%H%M%S')}D" for hour in (0, 3)]
        for age, day in days.items()
    }
    copies = {full: "full", **{it: "diff" for both in twice.values() for it in both}}
    expired = repository.run(copies, EVERY=3, DAILY=10)
    assert sorted(expired) == sorted([twice[5][0], *twice[20]])


def test_of_a_week_its_last_copy_stays(repository: Repository) -> None:
    full = f"{label(60)}F"
    monday = datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday() + 21)
    week = [f"{full}_{(monday + timedelta(days=day)).strftime('%Y%m%d-%H%M%S')}D" for day in range(7)]
    expired = repository.run(
        {full: "full", **dict.fromkeys(week, "diff"), f"{label(0.1)}F": "full"}, EVERY=3, WEEKLY=50
    )
    assert sorted(expired) == week[:-1]


def test_the_newest_stays_whatever_its_age(repository: Repository) -> None:
    full = f"{label(50)}F"
    assert repository.run({full: "full", f"{full}_{label(40)}D": "diff"}, EVERY=1) == []


def test_how_it_went_is_told_to_people_and_to_the_host(repository: Repository) -> None:
    repository.run({}, EVERY=1)
    first = repository.report
    assert first["failure"] == ""
    figure = (repository.folder / "figure.prom").read_text()
    assert figure.startswith('infra_kit_last_good_seconds{component="safe"} ')

    repository.run({}, fails=3, EVERY=1)
    assert repository.report == {**first, "failure": "db: backup: failed with 3"}
    assert 'last_run_failed{component="safe"} 0\n' in figure
    assert (repository.folder / "figure.prom").read_text() == figure.replace(
        'failed{component="safe"} 0', 'failed{component="safe"} 1'
    )


def test_a_copy_that_is_ended_tells_it(repository: Repository) -> None:
    (repository.folder / "pgbackrest").write_text("#!/bin/sh\ncase $* in *info) exit ;; esac\nexec sleep 60\n")
    (repository.folder / "copies").write_text("")
    told = {"NAME": "safe", "FIELD": "last_backup", "PARTS": "db", "PART": "db", "FOLDER": str(repository.folder)}
    path = {"PATH": f"{repository.folder}:{os.environ['PATH']}"}
    running = subprocess.Popen(["sh", repository.folder / "copy.sh"], env={**told, **path})
    until((repository.folder / "report.json").exists, 10)
    running.terminate()
    assert running.wait(10) == 1
    assert repository.report["failure"] == "db: backup: it was ended before it was through"


def test_a_report_of_several_is_as_old_as_the_oldest(tmp_path: Path) -> None:
    def tell(part: str, *words: str) -> dict[str, Any]:
        told = {"NAME": "safe", "FIELD": "last_backup", "PARTS": "a b", "PART": part, "FOLDER": str(tmp_path)}
        subprocess.run(
            ["sh", "-s", *words], input=script("report.sh"), text=True, env={**os.environ, **told}, check=True
        )
        found: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
        return found

    assert tell("a", "well", "7")["last_backup"] == "", "b has none yet"
    assert tell("b", "well", "3")["last_backup"]
    assert tell("b", "well", "3")["seconds"] == 7
    assert tell("b", "failed", 'no "room"\nleft\\')["failure"] == 'b: no "room";left\\'

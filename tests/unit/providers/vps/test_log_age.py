"""How much of a database's log is not with its copies yet: told on a VPS, and an alert."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from infra_kit import Alerts, Backup, Backups, Postgres, Redis, alert_presets
from infra_kit.providers.vps.scripts import script
from infra_kit.testing import record
from tests.awaiting import until
from tests.unit.providers.vps.test_backup import TARGET, environment


def test_an_alert_knows_since_when_the_whole_log_is_with_the_copies_where_there_is_one() -> None:
    def program() -> None:
        db, more = (Postgres(name, target=TARGET, backups=Backups()) for name in ("db", "more"))
        cache = Redis("cache", target=TARGET)
        both, caches = Backup("both", target=TARGET, of=[db, more, cache]), Backup("caches", target=TARGET, of=[cache])
        Alerts("alerts", target=TARGET, watch=[both, caches], rules=alert_presets.SHOP)

    recording = record(program)
    rules = "".join(it.inputs.get("stdin") or "" for it in recording.resources if it.name.startswith("alerts-"))
    its = 'infra_kit_log_shipped_seconds{component=\\"both\\",part=~\\"db|more\\"}'
    assert f"(time() - ((min({its}) * (count({its}) == bool 2)) or vector(0)))) > 1800" in rules
    assert 'infra_kit_log_shipped_seconds{component=\\"caches' not in rules
    told = environment(recording, "both-db-archive")
    assert (told["NAME"], told["PART"], told["FOLDER"]) == ("both", "db", "/report")


def test_it_is_told_when_the_whole_log_is_with_the_copies_and_not_while_a_segment_waits(tmp_path: Path) -> None:
    programs, segments, data, report = (tmp_path / name for name in ("bin", "segments", "data", "report"))
    for folder in (programs, segments, data / "pg_wal" / "archive_status", report):
        folder.mkdir(parents=True)
    for name, does in {"pgbackrest": f'test -e {tmp_path}/store && echo "$*" >>{tmp_path}/pushed', "sleep": ""}.items():
        (programs / name).write_text(f"#!/bin/sh\n{does or 'exec /bin/sleep 0.02'}\n")
        (programs / name).chmod(0o755)
    (segments / "01").touch()
    waits = data / "pg_wal" / "archive_status" / "02.ready"
    waits.touch()
    (tmp_path / "archive.sh").write_text(script("postgres_archive.sh"))
    path = {"PATH": f"{programs}:{os.environ['PATH']}", "FOLDER": str(report), "NAME": "safe", "PART": "db"}
    archiving = subprocess.Popen(["sh", tmp_path / "archive.sh", segments, data], env=path)
    try:
        (tmp_path / "store").touch()
        until(lambda: not (segments / "01").exists(), 20)
        assert not (report / "log-db.prom").exists()  # the server has another that is not in the folder yet
        began = int(time.time()) - 1  # the script looks at the clock before it looks at what there is
        waits.unlink()
        until((report / "log-db.prom").exists, 20)
    finally:
        archiving.kill()
        archiving.wait()
    name, _, at = (report / "log-db.prom").read_text().rpartition(" ")
    assert name == 'infra_kit_log_shipped_seconds{component="safe",part="db"}'
    assert began <= int(at) <= time.time()

"""`make bench`: how long backing up and restoring 2 GB of Postgres takes, beside PostgreSQL's own tools.

Fails beyond 1.3 times of them. What is copied is hashed, compressed, encrypted, and restored from that.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from infra_kit.providers.local import postgres_builds
from infra_kit.providers.local.backups import restore
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import postgres_cluster, postgres_roles
from infra_kit.providers.local.servers.postgres import HANDLER
from tests.bench_edge import home
from tests.live.operations.backups import Safe, connect, write
from tests.live.servers.database import props_in

GIGABYTES = 2
MOST = 1.3
TIMES = 2
"""Each is measured so often, by turns; the best counts: what else the machine does slows both."""
ROWS_A_GIGABYTE = 4_000_000
FILLER = """\
CREATE TABLE filler AS
SELECT number, gen_random_uuid() AS token, 'customer-' || number || '@example.com' AS mail,
       jsonb_build_object('path', '/products/' || number % 5000, 'session', md5(number::text),
                          'agent', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'amount', random()) AS event,
       timestamptz '2026-01-01' + number * interval '7 seconds' AS at
FROM generate_series(1, {}) AS number"""
"""As an application's events are, with a token and a digest each: compressed they take a quarter."""
LOG_ROWS = 1_000_000
Work = Callable[[], Callable[[], object] | None]
"""What is measured. Returns what removes again what came of it, which is not."""


def main() -> None:
    with home() as place:
        safe = Safe(place, ["db"])
        HANDLER.ensure({**props_in(place), "memory_gb": 1, "backups": {"retention_days": 7, "point_in_time": True}})
        _fill(safe.box_of("db"))
        safe.make_backup()
        backups = _by_turns(lambda: _plain_backup(safe), safe.take)
        _more_log(safe)
        restores = _by_turns(lambda: _plain_restore(safe), lambda: _our_restore(safe))
        size = _size(safe.box_of("db"))
    _report(size, {"backup": backups, "restore": restores})


def _by_turns(theirs: Work, ours: Work) -> tuple[float, float]:
    measured = [(_seconds(theirs), _seconds(ours)) for _ in range(TIMES)]
    return min(it[0] for it in measured), min(it[1] for it in measured)


def _seconds(work: Work) -> float:
    began = time.monotonic()
    removed = work()
    took = time.monotonic() - began
    if removed:
        removed()
    return took


def _fill(box: Box) -> None:
    with connect(box) as session:
        session.execute(sql.SQL(FILLER).format(sql.Literal(GIGABYTES * ROWS_A_GIGABYTE)))
    write(box, "it is full")
    with postgres_roles.connect(box.record, "app") as session:
        session.execute("VACUUM (FREEZE, ANALYZE)")  # as it is in a database that has stood for a while


def _more_log(safe: Safe) -> None:
    with connect(safe.box_of("db")) as session:
        session.execute("UPDATE filler SET number = -number WHERE number <= %s", [LOG_ROWS])
    write(safe.box_of("db"), "the end")
    safe.tick()
    with postgres_roles.connect(safe.box_of("db").record) as session:
        _await_archived(session)


def _await_archived(session: psycopg.Connection) -> None:
    row = session.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    while session.execute("SELECT last_archived_wal >= %s FROM pg_stat_archiver", row).fetchone() != (True,):
        time.sleep(0.1)


def _plain_backup(safe: Safe) -> None:
    box = safe.box_of("db")
    to = box.path / "plain"
    shutil.rmtree(to, ignore_errors=True)
    build = postgres_builds.require("17", [])
    command = [build.program("pg_basebackup"), f"--pgdata={to}", "--checkpoint=fast", "--no-password"]
    postgres_cluster.run(box, "the plain backup", [*command, f"--dbname={postgres_cluster.source(box, box.record)}"])


def _plain_restore(safe: Safe) -> Callable[[], object]:
    """A copy of the base backup's files, and the log replayed from a folder."""
    box, data = safe.box_of("db"), safe.box_of("db").path / "plain-restored"
    postgres_cluster.run(box, "the copy", ["cp", "-a", str(box.path / "plain"), str(data)])
    postgres_cluster.run(box, "the signal", ["touch", str(data / "recovery.signal")])
    build = postgres_builds.require("17", [])
    settings = {
        "config_file": str(box.conf / "postgresql.conf"),
        "port": "29999",
        "archive_mode": "off",
        "restore_command": f'cp "{box.path}/wal/%f" "%p"',
    }
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    command = [*box.user.prefix, build.program("postgres"), "-D", str(data), *options]
    with (box.path / "plain.log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, cwd=box.path)
    login = {"host": "127.0.0.1", "port": 29999, "user": "postgres", "password": box.record.secrets["superuser"]}
    while not _has_come_up(login):
        time.sleep(0.05)
    return partial(_end, process, data)


def _end(process: subprocess.Popen[bytes], data: Path) -> None:
    process.terminate()
    process.wait()
    shutil.rmtree(data)


def _has_come_up(login: dict[str, object]) -> bool:
    try:
        with psycopg.connect(**login, dbname="postgres") as session:  # type: ignore[arg-type]
            return session.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,)
    except psycopg.OperationalError:
        return False


def _our_restore(safe: Safe) -> Callable[[], object]:
    restore.into(safe.box, "db", None, "db-restored")
    with connect(safe.box_of("db-restored")) as session:
        if session.execute("SELECT entry FROM ledger ORDER BY id DESC LIMIT 1").fetchone() != ("the end",):
            sys.exit("the restored database lacks the end")
    return partial(restore.remove, safe.box_of("db-restored"))


def _size(box: Box) -> int:
    files = [file for file in Path(box.data).rglob("*") if file.is_file() and "pg_wal" not in file.parts]
    return sum(file.stat().st_size for file in files)


def _report(size: int, measured: dict[str, tuple[float, float]]) -> None:
    title = f"{size / 2**30:.1f} GiB of Postgres"
    table = Table("", "PostgreSQL's own, s", "ours, s", f"ratio (at most {MOST})", title=title, title_justify="left")
    for what, (theirs, ours) in measured.items():
        table.add_row(what, f"{theirs:.1f}", f"{ours:.1f}", f"{ours / theirs:.2f}")
    Console(width=100).print(table)
    sys.exit(any(ours > MOST * theirs for theirs, ours in measured.values()))


if __name__ == "__main__":
    main()

"""The data directory of a PostgreSQL server: made by initdb or copied from a primary, whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from signal import SIGINT

from infra_kit.errors import ServerError
from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.postgres_builds import Build
from infra_kit.providers.local.servers import postgres_roles
from infra_kit.providers.local.servers.postgres_roles import REPLICATOR, SUPERUSER


def make(box: Box, record: Record, build: Build, primary: Box | None) -> None:
    """Makes the data directory where it is empty. Raises, and deletes nothing, where it holds something else."""
    if (box.data / "PG_VERSION").exists():
        return
    if any(box.data.iterdir()):
        raise ServerError(
            f"{box.name}: {box.data} is not empty, and no PostgreSQL data: PG_VERSION is missing. Bring it back from a "
            "backup, or move the directory away to begin anew. Nothing was deleted."
        )
    scratch = box.path / "data.unfinished"
    shutil.rmtree(scratch, ignore_errors=True)
    home.make_private(scratch, box.user)
    if primary:
        _copy(box, build, scratch, primary.record)
    else:
        _init(box, record, build, scratch)
    box.data.rmdir()
    scratch.rename(box.data)


def follow(box: Box, primary: Record) -> None:
    """Claims the replica's place in the primary's log. Where it was lost, the replica, a mere copy, is made anew."""
    if postgres_roles.claim_slot(primary, box.name) or not (box.data / "PG_VERSION").exists():
        return
    box.process.stop(SIGINT)
    shutil.rmtree(box.data)
    home.make_private(box.data, box.user)


def run(box: Box, doing: str, command: list[str]) -> None:
    """Runs a helper program as the servers' user; its last words become the error."""
    done = subprocess.run(
        [*box.user.prefix, *command], env={"PATH": os.defpath, "LANG": "C.UTF-8"}, cwd=box.path,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ServerError(f"{box.name}: {doing} failed: {done.stderr.strip()[-600:]}. Nothing was deleted.")


def _init(box: Box, record: Record, build: Build, directory: Path) -> None:
    locale = ["--locale=C.UTF-8"]
    if int(build.version) >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    password = box.write("superuser", record.secrets["superuser"])
    try:
        run(
            box,
            "initdb",
            [
                build.program("initdb"), f"--pgdata={directory}", f"--username={SUPERUSER}", f"--pwfile={password}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", *locale,
            ],
        )  # fmt: skip
    finally:
        password.unlink()


def _copy(box: Box, build: Build, directory: Path, primary: Record) -> None:
    write_pass_file(box, primary)
    run(
        box,
        "pg_basebackup",
        [
            build.program("pg_basebackup"), f"--pgdata={directory}", f"--dbname={source(box, primary)}",
            "--checkpoint=fast", "--no-password",
        ],
    )  # fmt: skip
    (directory / "standby.signal").touch()


def write_pass_file(box: Box, primary: Record) -> None:
    """Writes the file from which a copying or following server takes its password."""
    box.write("pgpass", f"{LOOPBACK}:{primary.ports[0]}:*:{REPLICATOR}:{primary.secrets['replicator']}\n")


def source(box: Box, primary: Record) -> str:
    return f"host={LOOPBACK} port={primary.ports[0]} user={REPLICATOR} passfile={box.conf / 'pgpass'}"

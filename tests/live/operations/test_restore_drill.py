"""A drill proves a good backup, and says of a bad one exactly what is wrong with it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from typing import Any

import psutil
import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import postgres_facts, rclone, restore, settings
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.repository import Repository
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import postgres_roles
from tests.awaiting import until
from tests.live.operations.backups import KEY, Safe, bucket, connect, write
from tests.live.servers import s3_client


@pytest.fixture
def copied(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> Safe:
    """A database of which there is a whole copy, with its counts however busy the machine is, and some log since."""
    write(safe.box_of("db"), "one", "two", "three")
    with monkeypatch.context() as patched:
        patched.setattr(postgres_facts, "LOCK_SECONDS", 60)
        safe.take()
    write(safe.box_of("db"), "four")
    safe.tick()
    write(safe.box_of("db"), "five")
    safe.tick()
    return safe


def failed(safe: Safe, **asked: object) -> list[tuple[str, str, str]]:
    with pytest.raises(BackupError):
        safe.drill(**asked)  # type: ignore[arg-type]
    told = settings.report(safe.box_of("drill"))
    assert "last_proven_restore" not in told
    return [(it["check"], it["component"], it["text"]) for it in told["failures"]]


def running(safe: Safe) -> set[int]:
    """The servers below a home, and supervisors."""
    found = psutil.process_iter(["pid", "cmdline"])
    return {it.info["pid"] for it in found if str(safe.home) in " ".join(it.info["cmdline"] or [])}


def part(safe: Safe, end: str) -> str:
    return next(file for file in safe.files() if file.endswith(end))


def test_a_good_backup_is_proven_with_the_time_that_it_took_and_leaves_nothing_behind(copied: Safe) -> None:
    before = running(copied)
    counts = {"of": "db", "database": "app", "sql": "SELECT count(*) FROM ledger", "expects": "3"}
    told = copied.drill({"three entries": counts})
    assert told["failure"] == ""
    assert told["last_proven_restore"].startswith("20")
    assert told["not_compared"] == []
    assert told["seconds"] > 0
    assert len(running(copied) - before) == 1, "but for the drill's own supervisor nothing runs that did not before"
    assert [folder.name for folder in copied.home.iterdir() if folder.is_dir()] == ["test"]


def test_a_truncated_backup_is_caught_by_its_name(copied: Safe) -> None:
    file = copied.stored(part(copied, "base.tar.zst"))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    ((check, component, text),) = failed(copied)
    assert (check, component) == ("truncated", "db")
    assert "db/base.tar.zst is cut short" in text


def test_a_wrong_key_is_caught(copied: Safe) -> None:
    conf = copied.box.conf / settings.RCLONE
    lines = conf.read_text().splitlines()
    other = f"password = {rclone.obscured(KEY + ' but another one')}"
    conf.write_text("\n".join(other if line.startswith("password") else line for line in lines) + "\n")
    ((check, _, text),) = failed(copied)
    assert check == "wrong-key"
    assert "this key can read none of their names" in text


def test_a_missing_segment_of_the_log_is_caught_and_named(copied: Safe) -> None:
    segments = [file for file in copied.files() if file.startswith("log/") and file.endswith(".zst")]
    copied.stored(segments[-2]).unlink()
    ((check, component, text),) = failed(copied)
    assert (check, component) == ("missing-log", "db")
    assert segments[-2] in text


def test_a_log_that_lost_its_end_is_caught(copied: Safe) -> None:
    last = [file for file in copied.files() if file.startswith("log/")][-2:]
    assert last[0].rpartition(".")[0] == last[1].rpartition(".")[0]
    for file in last:
        copied.stored(file).unlink()
    ((check, component, text),) = failed(copied)
    assert (check, component) == ("missing-log", "db")
    assert "the end of the log is gone" in text


def test_a_file_whose_bits_changed_is_caught(copied: Safe) -> None:
    file = copied.stored(part(copied, "base.tar.zst"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    ((check, component, _),) = failed(copied)
    assert (check, component) == ("changed", "db")


def test_a_page_that_the_servers_disk_has_changed_is_caught_with_its_file(safe: Safe) -> None:
    db = safe.box_of("db")
    write(db, *(f"entry {number}" for number in range(20)))
    with connect(db) as session:
        row = session.execute("SELECT pg_relation_filepath('ledger_pkey')").fetchone()
    with postgres_roles.connect(db.record) as session:
        session.execute("CHECKPOINT")
    assert row
    index = db.data / row[0]
    content = bytearray(index.read_bytes())
    content[8192 + 8000] ^= 1
    index.write_bytes(content)
    safe.take()
    ((check, component, text),) = failed(safe)
    assert (check, component) == ("changed", "db")
    assert "checksum" in text
    assert index.name in text


def test_an_object_that_was_changed_is_caught(home_dir: object) -> None:
    safe = Safe(home_dir, ["files"])  # type: ignore[arg-type]
    outs, _ = bucket(safe.home, "files")
    safe.make()
    s3_client.s3(outs).put_object(Bucket="shop-files", Key="invoice", Body=b"ninety-nine euros")
    safe.take()
    (path,) = (file for file in safe.files() if file.startswith("objects/"))
    # Written anew by somebody who has the key: well encrypted, and another content.
    subprocess.run(
        [rclone.program(), f"--config={safe.box.conf / settings.RCLONE}", "rcat", f"copies:{path}"],
        input=b"ninety-nine cents", check=True,
    )  # fmt: skip
    ((check, component, text),) = failed(safe)
    assert (check, component) == ("changed", "files")
    assert f"{path} was changed" in text


def test_rows_that_are_others_than_those_copied_are_named_with_their_table(copied: Safe) -> None:
    manifest = part(copied, "manifest.json")
    told = json.loads(copied.rclone("cat", f"copies:{manifest}"))
    was = told["components"]["db"]["facts"]["app"]["public.ledger"]
    told["components"]["db"]["facts"]["app"]["public.ledger"] = was.replace("3 ", "4 ", 1)
    subprocess.run(
        [rclone.program(), f"--config={copied.box.conf / settings.RCLONE}", "rcat", f"copies:{manifest}"],
        input=json.dumps(told).encode(), check=True,
    )  # fmt: skip
    ((check, component, text),) = failed(copied)
    assert (check, component) == ("rows", "db")
    assert text.startswith("app: table public.ledger: 4 rows")
    assert "3 rows" in text


def test_the_users_own_check_is_named_with_what_it_answered(copied: Safe) -> None:
    asked = {"of": "db", "database": "app", "sql": "SELECT count(*), 'x' FROM ledger", "expects": "7|x"}
    ((check, component, text),) = failed(copied, checks={"all entries": asked})
    assert (check, component) == ("all entries", "db")
    assert text == "'7|x' was expected, and the answer is '3|x'"


def test_a_restore_that_takes_too_long_fails_the_drill(copied: Safe, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = restore.filled

    def slowly(box: Box, noted: Mapping[str, Any], repository: Repository, moment: Moment) -> None:
        began = time.monotonic()
        filled(box, noted, repository, moment)
        until(lambda: time.monotonic() > began + 1)

    monkeypatch.setattr(restore, "filled", slowly)
    ((check, _, text),) = failed(copied, rto="1s")
    assert check == "rto"
    assert text.endswith("at most 1 s are asked")

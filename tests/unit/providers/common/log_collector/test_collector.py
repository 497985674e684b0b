"""The collector: each line is kept once, whatever becomes of its file, of the collector, or of the sink."""

from __future__ import annotations

import gzip
import json
import threading
from pathlib import Path

import pytest

from infra_kit.providers.common.log_collector.collector import Collector
from tests.unit.providers.common.log_collector.standing_in import DAY, Clock, collector, gather, said


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "box").mkdir()
    file = tmp_path / "box" / "server.log"
    file.write_text("one\ntwo\n")
    return file


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def write(log: Path, *lines: str) -> None:
    with log.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def begun(kept: Path, log: Path, clock: Clock | None = None) -> Collector:
    return collector(kept, clock or Clock(), log)


def test_what_was_there_before_is_kept_too_and_a_line_counts_when_it_is_whole(kept: Path, log: Path) -> None:
    it = begun(kept, log)
    with log.open("a") as file:
        file.write("thr")
    gather(it)
    assert said(kept) == ["one", "two"]
    write(log, "ee")
    gather(it)
    assert said(kept) == ["one", "two", "three"]


def test_lines_go_to_the_files_of_their_classes_which_are_their_owners_alone(kept: Path, log: Path) -> None:
    write(log, json.dumps({"message": "role given", "class": "audit"}))
    gather(begun(kept, log))
    assert (said(kept), said(kept, "audit")) == (["one", "two"], ["role given"])
    assert {file.stat().st_mode & 0o077 for file in kept.rglob("*")} == {0}


def test_a_log_that_is_renamed_is_read_to_its_end_and_those_after_it_too(kept: Path, log: Path) -> None:
    it = begun(kept, log)
    gather(it)
    write(log, "three")
    log.rename(log.with_name("server.log.1"))
    log.write_text("four\n")
    log.rename(log.with_name("server.log.2"))
    log.write_text("five\n")
    gather(it)
    gather(it)
    gather(it)
    assert said(kept) == ["one", "two", "three", "four", "five"]


def test_what_is_renamed_while_nobody_reads_is_read_by_who_comes_next(kept: Path, log: Path) -> None:
    gather(begun(kept, log))
    write(log, "three")
    log.rename(log.with_name("server.log.1"))
    log.write_text("four\n")
    again = begun(kept, log)
    gather(again)
    gather(again)
    assert said(kept) == ["one", "two", "three", "four"]


def test_a_log_that_is_deleted_while_it_is_read_is_read_to_its_end(kept: Path, log: Path) -> None:
    it = begun(kept, log)
    gather(it)
    write(log, "last words")
    log.unlink()
    it.look()
    gather(it)
    assert said(kept) == ["one", "two", "last words"]


def test_a_log_that_is_cut_begins_anew(kept: Path, log: Path) -> None:
    it = begun(kept, log)
    gather(it)
    log.write_text("new\n")
    gather(it)
    gather(it)
    assert said(kept) == ["one", "two", "new"]


def test_lines_that_were_rotated_away_unread_are_told(
    kept: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gather(begun(kept, log))
    log.unlink()
    log.write_text("much later\n")
    gather(begun(kept, log))
    assert said(kept)[2] == f"lines of {log} were rotated away before they were read"
    assert said(kept)[3:] == ["much later"]
    assert "rotated away" in capsys.readouterr().out


def test_after_a_crash_no_line_is_missing_and_none_is_there_twice(kept: Path, log: Path) -> None:
    it = begun(kept, log)
    gather(it)
    write(log, "three", "four")
    for source in it._sources.values():  # killed before it committed
        for line in source.read():
            it._keep(line)
    it.kept.commit()
    assert said(kept) == ["one", "two", "three", "four"]
    again = begun(kept, log)
    assert said(kept) == ["one", "two"]
    gather(again)
    assert said(kept) == ["one", "two", "three", "four"]


def test_where_nobody_knows_what_was_committed_nothing_is_taken_back(kept: Path, log: Path) -> None:
    gather(begun(kept, log))
    (kept / "collected.json").unlink()
    log.write_text("three\n")
    gather(begun(kept, log))
    assert said(kept) == ["one", "two", "three"]


def test_a_days_file_is_compressed_when_it_is_over_and_deleted_when_its_class_says(kept: Path, log: Path) -> None:
    clock = Clock()
    write(log, json.dumps({"message": "role given", "class": "audit"}))
    it = begun(kept, log, clock)
    gather(it)
    clock.now += DAY
    it.gather()
    it.tidy()
    packed = sorted(file.relative_to(kept).as_posix() for file in kept.rglob("*.gz"))
    assert packed == ["application/2026-03-01.000000.ndjson.gz", "audit/2026-03-01.000000.ndjson.gz"]
    with gzip.open(kept / packed[0], "rt") as file:
        assert [json.loads(line)["message"] for line in file] == ["one", "two"]
    clock.now += 29 * DAY
    it.tidy()
    assert len(list(kept.rglob("*.gz"))) == 2
    clock.now += DAY
    it.tidy()
    assert [file.parent.name for file in kept.rglob("2026-03-01*")] == ["audit"]


def test_a_line_longer_than_any_is_several(kept: Path, log: Path) -> None:
    log.write_text("x" * 3_000_000 + "\nafter\n")
    it = begun(kept, log)
    gather(it)
    assert sum(map(len, said(kept)[:-1])) == 3_000_000
    assert said(kept)[-1] == "after"


def test_its_report_says_by_what_it_goes(kept: Path, log: Path) -> None:
    begun(kept, log).report()
    told = json.loads((kept / "report.json").read_text())
    assert (told["generation"], told["failure"], told["sinks"]) == ("generation-1", "", {})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("work", ["report", "tidy"])
def test_a_work_that_fails_ends_all_of_it_so_that_another_one_begins(
    kept: Path, log: Path, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    def fails() -> None:
        raise RuntimeError("a fault of ours")

    it = begun(kept, log)
    monkeypatch.setattr(it, work, fails)
    it.run(threading.Event())
    assert said(kept) == ["one", "two"]

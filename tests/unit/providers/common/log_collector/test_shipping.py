"""Sinks: what they get, and what becomes of it while they are away."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.providers.common.log_collector import shipping
from infra_kit.providers.common.log_collector.collector import Collector
from infra_kit.providers.common.log_collector.shipping import Shipper
from tests.unit.providers.common.log_collector import standing_in
from tests.unit.providers.common.log_collector.standing_in import DAY, Clock, Taken, collector, gather


@pytest.fixture
def taken() -> Iterator[Taken]:
    with standing_in.sink() as it:
        yield it


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "server.log"
    file.write_text("one\ntwo\n")
    return file


def write(log: Path, *lines: str) -> None:
    with log.open("a") as file:
        file.writelines(f"{line}\n" for line in lines)


def shipper(it: Collector) -> Shipper:
    (found,) = it._shippers
    return found


def ship(it: Collector) -> None:
    while shipper(it).step():
        pass


def test_it_gets_each_line_once_in_order_with_its_token(tmp_path: Path, log: Path, taken: Taken) -> None:
    it = collector(tmp_path / "kept", Clock(), log, url=taken.url)
    gather(it)
    ship(it)
    write(log, "three")
    gather(it)
    ship(it)
    assert taken.messages == ["one", "two", "three"]
    assert {header["Authorization"] for header in taken.headers} == {"Bearer hush"}
    assert {(it["X-Org"], it["Content-Type"]) for it in taken.headers} == {("acme", "application/x-ndjson")}
    assert taken.lines[0]["component"] == "api"


def test_who_ends_lets_a_post_be_answered_so_that_the_next_one_does_not_repeat_it(
    tmp_path: Path, log: Path, taken: Taken
) -> None:
    posted, answered = threading.Event(), threading.Event()

    def answer(_: bytes) -> int:
        posted.set()
        assert answered.wait(10)
        return 200

    taken.answer = answer
    ending = threading.Event()
    it = collector(tmp_path / "kept", Clock(), log, url=taken.url)
    running = threading.Thread(target=it.run, args=(ending,))
    running.start()
    assert posted.wait(10)
    ending.set()
    running.join(0.5)
    assert running.is_alive()
    answered.set()
    running.join(10)
    ship(collector(tmp_path / "kept", Clock(), log, url=taken.url))
    assert taken.messages == ["one", "two"]


def test_it_gets_its_classes_alone(tmp_path: Path, log: Path, taken: Taken) -> None:
    write(log, '{"message": "role given", "class": "audit"}')
    it = collector(tmp_path / "kept", Clock(), log, url=taken.url, shipped=["audit"])
    gather(it)
    ship(it)
    assert taken.messages == ["role given"]


def test_one_that_is_away_is_told_waits_longer_and_longer_and_gets_all_of_it(
    tmp_path: Path, log: Path, taken: Taken, capsys: pytest.CaptureFixture[str]
) -> None:
    taken.answer = lambda _: 503
    it = collector(tmp_path / "kept", Clock(), log, url=taken.url)
    gather(it)
    delays = []
    for _ in range(12):
        assert not shipper(it).step()
        delays.append(shipper(it).delay)
    assert delays[:3] == [1.0, 2.0, 4.0]
    assert delays[-1] == 300.0
    assert shipper(it).told["failure"] == "it answered 503: because"
    assert capsys.readouterr().out.count("takes nothing") == 1
    taken.answer = lambda _: 200
    ship(it)
    assert taken.messages == ["one", "two"]
    assert shipper(it).told["failure"] == ""


def test_one_that_is_away_for_days_fills_no_disk_of_its_own(tmp_path: Path, log: Path) -> None:
    """What it lacks is read from what is kept anyway, also when that is compressed."""
    clock, kept = Clock(), tmp_path / "kept"
    with standing_in.sink() as gone:
        away = gone.url
    it = collector(kept, clock, log, url=away)
    gather(it)
    clock.now += DAY
    write(log, "three")
    gather(it)
    it.tidy()
    assert not shipper(it).step()
    assert "refused" in str(shipper(it).told["failure"])
    assert {file.name for file in kept.iterdir() if file.is_file()} <= {"collected.json", "shipped-sink.json"}
    with standing_in.sink() as back:
        again = collector(kept, clock, log, url=back.url)
        ship(again)
        assert back.messages == ["one", "two", "three"]


def test_what_was_deleted_before_it_had_it_is_told(
    tmp_path: Path, log: Path, taken: Taken, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    it = collector(tmp_path / "kept", clock, log, url=taken.url)
    gather(it)
    taken.answer = lambda _: 503
    write(log, "never shipped")
    gather(it)
    shipper(it).step()
    it.kept.settled(it.kept.commit())
    clock.now += DAY
    it.gather()
    it.tidy()
    clock.now += 31 * DAY
    write(log, "shipped")
    gather(it)
    shipper(it)._at["application"] = ["2026-03-01.000000", 0]
    it.tidy()
    taken.answer = lambda _: 200
    ship(it)
    assert taken.messages == ["shipped"]
    assert shipper(it).told["missed"] == 1
    assert "was deleted before it had all of it" in capsys.readouterr().out


def test_a_line_that_it_refuses_is_left_out_and_told_and_the_others_get_through(
    tmp_path: Path, log: Path, taken: Taken
) -> None:
    taken.answer = lambda body: 400 if b"poison" in body else 200
    write(log, "three", "poison", "four")
    it = collector(tmp_path / "kept", Clock(), log, url=taken.url)
    gather(it)
    ship(it)
    assert taken.messages == ["one", "two", "three", "four"]
    assert shipper(it).told["refused"] == 1


def test_a_token_that_is_wrong_loses_nothing(tmp_path: Path, log: Path, taken: Taken) -> None:
    taken.answer = lambda _: 403
    it = collector(tmp_path / "kept", Clock(), log, url=taken.url)
    gather(it)
    assert not shipper(it).step()
    taken.answer = lambda _: 200
    ship(it)
    assert taken.messages == ["one", "two"]


def test_who_is_started_anew_goes_on_from_where_it_got_to(tmp_path: Path, log: Path, taken: Taken) -> None:
    clock = Clock()
    it = collector(tmp_path / "kept", clock, log, url=taken.url)
    gather(it)
    ship(it)
    write(log, "three")
    again = collector(tmp_path / "kept", clock, log, url=taken.url)
    gather(again)
    ship(again)
    assert taken.messages == ["one", "two", "three"]


def test_what_is_not_committed_is_not_shipped(tmp_path: Path, log: Path, taken: Taken) -> None:
    it = collector(tmp_path / "kept", Clock(), log, url=taken.url)
    gather(it)
    write(log, "three")
    for source in it._sources.values():
        for line in source.read():
            it._keep(line)
    it.kept.commit()
    ship(it)
    assert taken.messages == ["one", "two"]


def test_its_token_is_shown_nowhere(tmp_path: Path, log: Path) -> None:
    it = collector(tmp_path / "kept", Clock(), log, url="http://127.0.0.1:1/")
    gather(it)
    shipper(it).step()
    it.report()
    assert "hush" not in repr(it._settings)
    assert all(b"hush" not in file.read_bytes() for file in (tmp_path / "kept").rglob("*") if file.is_file())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_it_got_that_cannot_be_written_down_ends_the_collector(
    tmp_path: Path, log: Path, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one is started, and goes on from where this one got to."""

    def full(_: Path, __: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    it = collector(tmp_path / "kept", Clock(), log, url=taken.url)
    gather(it)
    monkeypatch.setattr(shipping, "write", full)
    it.run(threading.Event())
    assert taken.messages == ["one", "two"]

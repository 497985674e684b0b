from __future__ import annotations

import os
from pathlib import Path

import pytest

from infra_kit.providers.local import inventory
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.home import User

OURSELVES = User(os.geteuid(), os.getegid())
ENDS = 'trap "echo $0 >>../stopped; exit" TERM; echo ready; while :; do sleep 0.01; done'
ENDS_WITH = (
    'trap "touch ../$0; while ! [ -e ../$1 ]; do sleep 0.01; done; echo $0 >>../stopped; exit" TERM; echo ready; '
)
ENDS_WITH += "while :; do sleep 0.01; done"


def start(home: Path, name: str, kind: str, script: str = ENDS, *arguments: str, store: bool = False) -> None:
    box = Box(home, "test", name, OURSELVES)
    box.path.mkdir(parents=True)
    box.save(Record(kind, [], {}, inputs={"name": name} if store else {}))
    box.process.start(["/bin/sh", "-c", script, name, *arguments], {}, OURSELVES)
    box.process.wait(lambda: "ready" in box.process.log.read_text(), seconds=20)


def stopped(home: Path) -> list[str]:
    return (home / "test" / "stopped").read_text().split()


def test_watchers_stop_first_and_stores_last_whatever_they_are_called(tmp_path: Path) -> None:
    start(tmp_path, "a-cache", "local/redis", store=True)
    start(tmp_path, "b-api", "local/service")
    start(tmp_path, "c-watch", "local/alerts")

    assert inventory.stop("test", tmp_path) == ["a-cache", "b-api", "c-watch"]
    assert stopped(tmp_path) == ["c-watch", "b-api", "a-cache"]
    assert inventory.stop("test", tmp_path) == []


@pytest.mark.parametrize("store", [False, True])
def test_what_does_not_need_one_another_is_stopped_at_once(tmp_path: Path, store: bool) -> None:
    start(tmp_path, "one", "local/service", ENDS_WITH, "two", store=store)
    start(tmp_path, "two", "local/service", ENDS_WITH, "one", store=store)

    assert inventory.stop("test", tmp_path) == ["one", "two"]
    assert sorted(stopped(tmp_path)) == ["one", "two"]

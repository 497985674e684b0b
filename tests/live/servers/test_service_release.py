"""How a new version of a Service takes over, and what becomes of one that is no good."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local import inventory
from tests.awaiting import until
from tests.live.servers.workloads import REFUSED_SOON, Load, answers, box, has_taken_the_slow, log, processes, serve

REQUESTS = 2_000
BLUE_GREEN: dict[str, Any] = {"strategy": "blue-green", "watch": 1.0}


def versions(url: str) -> set[str]:
    return {version for version, _ in answers(url)}


@pytest.mark.parametrize("release", [{}, BLUE_GREEN], ids=["rolling", "blue-green"])
def test_a_release_under_load_costs_no_request(home_dir: Path, release: dict[str, Any]) -> None:
    url = serve(home_dir)
    with Load(url) as load:
        load.reach(REQUESTS // 4)
        serve(home_dir, "2", release=release)
        before = load.answered
        load.reach(max(REQUESTS, before + 1))

    assert load.failed == []
    assert load.answered >= REQUESTS
    assert versions(url) == {"2"}
    assert len(answers(url)) == 2


def test_a_request_that_an_old_instance_has_taken_is_answered_by_it(home_dir: Path) -> None:
    url = serve(home_dir, instances=1)
    told: list[str] = []
    visit = threading.Thread(target=lambda: told.append(httpx.get(f"{url}/slow?seconds=2").json()["version"]))
    with Load(url, visitors=1) as load:
        load.reach(1)
        visit.start()
        until(lambda: has_taken_the_slow(home_dir))
        serve(home_dir, "2", instances=1)
    visit.join()

    assert told == ["1"]
    assert load.failed == []


def test_a_version_whose_health_check_fails_leaves_the_old_one_and_says_why(home_dir: Path) -> None:
    url = serve(home_dir)
    old = answers(url).keys()

    with pytest.raises(ServerError) as refused:
        serve(home_dir, "2", health=REFUSED_SOON, HEALTHY="no")

    assert "the old one goes on" in str(refused.value)
    assert "was not well within 10 s: GET /health was answered with 500" in str(refused.value)
    assert "version 2 listens" in str(refused.value)
    assert answers(url).keys() == old
    serve(home_dir, "3")
    assert versions(url) == {"3"}


def test_the_same_bad_version_is_tried_again_by_the_next_up(home_dir: Path) -> None:
    serve(home_dir)
    for attempt in (1, 2):
        with pytest.raises(ServerError, match="was not well"):
            serve(home_dir, "2", health=REFUSED_SOON, HEALTHY="no")
        assert log(home_dir).count("is to take over") == attempt


def test_a_version_that_fails_half_way_is_taken_back_whole(home_dir: Path) -> None:
    """The second instance of it does not start: it finds the mark of the first."""
    url = serve(home_dir)
    mark = box(home_dir).data / "volumes" / "notes" / "mark"
    once = f"import os, runpy; os.mkdir({str(mark)!r}); runpy.run_module('app.server', run_name='__main__')"

    with Load(url) as load, pytest.raises(ServerError, match="FileExistsError"):
        serve(home_dir, "2", command=[sys.executable, "-c", once])

    assert load.failed == []
    assert versions(url) == {"1"}
    assert len(answers(url)) == 2


def test_a_bad_version_that_was_asked_for_while_nothing_ran_gives_way_to_the_last_good_one(home_dir: Path) -> None:
    url = serve(home_dir)
    inventory.stop("test", home_dir)

    with pytest.raises(ServerError, match="the old one goes on"):
        serve(home_dir, "2", health=REFUSED_SOON, HEALTHY="no")

    until(lambda: versions(url) == {"1"})


def test_smoke_tests_are_asked_before_anybody_sees_the_new_version(home_dir: Path) -> None:
    url = serve(home_dir)
    smoke = {**BLUE_GREEN, "smoke_tests": ["/version", "/error"], "max_smoke_failures_percent": 40}

    with Load(url, "/error") as load, pytest.raises(ServerError, match="2 of 4 smoke tests failed, at most 40 % may"):
        serve(home_dir, "2", release=smoke, ERRORS="yes")
    assert load.failed == []
    assert versions(url) == {"1"}

    serve(home_dir, "3", release={**smoke, "max_smoke_failures_percent": 50}, ERRORS="yes")
    assert versions(url) == {"3"}


@pytest.mark.parametrize("strategy", ["rolling", "blue-green"])
def test_a_version_whose_answers_are_errors_is_taken_back_while_it_is_watched(home_dir: Path, strategy: str) -> None:
    url = serve(home_dir)
    watched = {"strategy": strategy, "max_error_percent": 5.0, "watch": 20.0}

    with Load(url, "/error"), pytest.raises(ServerError, match=r"% of \d+ answers were errors \(5xx\).*at most 5 %"):
        serve(home_dir, "2", release=watched, ERRORS="yes")

    assert versions(url) == {"1"}
    assert len(answers(url)) == 2


FALLS_ILL = """
import os, threading
from app import server
well = server.health
def health(*of):
    threading.Timer(1.5, os._exit, [7]).start()
    return well(*of)
server.PAGES["/health"] = health
server.main()
"""


@pytest.mark.parametrize("strategy", ["rolling", "blue-green"])
def test_a_version_that_falls_ill_while_it_is_watched_is_taken_back(home_dir: Path, strategy: str) -> None:
    url = serve(home_dir)

    with pytest.raises(ServerError, match="failed while it was watched"):
        serve(home_dir, "2", release={"strategy": strategy, "watch": 20.0}, command=[sys.executable, "-c", FALLS_ILL])

    assert versions(url) == {"1"}


def test_more_instances_are_no_new_version(home_dir: Path) -> None:
    url = serve(home_dir)
    before = answers(url).keys()

    serve(home_dir, instances=4)
    assert len(answers(url)) == 4
    assert before <= answers(url).keys()

    serve(home_dir, instances=1)
    assert len(answers(url)) == 1
    assert len([process for process in processes(home_dir) if "app.server" in process.cmdline()]) == 1

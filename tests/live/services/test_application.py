"""A whole application on four stores, which it knows by its links alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.awaiting import until
from tests.live.services.conftest import open_application
from tests.shop import Shop


@pytest.fixture(scope="module")
def application(cli: Path) -> Iterator[Shop]:
    with open_application(cli, "whole") as project:
        project.up()
        yield project


def log(project: Shop, name: str) -> str:
    return (project.home / project.stack / name / "server.log").read_text()


def test_a_lead_goes_through_all_stores_and_is_scored_by_the_worker(application: Shop) -> None:
    url = application.outputs["url"]

    taken = httpx.post(f"{url}/leads", json={"company": "Casa Azul"})

    assert taken.status_code == 201
    until(lambda: {"company": "Casa Azul", "scored": True} in httpx.get(f"{url}/leads").json())


def test_the_migration_ran_once_before_the_rest_and_is_not_run_again(application: Shop) -> None:
    again = application.up()

    assert "Nothing had to change." in again.stderr
    assert log(application, "migrate").count("migrated") == 1


def test_the_report_is_made_when_it_is_due(application: Shop) -> None:
    until(lambda: "report-1 ended well" in log(application, "report"), 90)


def test_each_has_the_variables_of_its_own_links_and_no_others(application: Shop) -> None:
    told = {httpx.get(f"{application.outputs['url']}/seen").json()["variables"]["DB_USERNAME"] for _ in range(2)}
    assert told == {"api__db"}


def test_stopped_and_started_all_is_there_again(application: Shop) -> None:
    url = application.outputs["url"]
    before = httpx.get(f"{url}/leads").json()

    stopped = application.run("stop").stdout
    assert all(name in stopped for name in ("api", "scorer", "report"))
    application.up()

    assert httpx.get(f"{url}/leads").json() == before
    httpx.post(f"{url}/leads", json={"company": "Vina"})
    until(lambda: {"company": "Vina", "scored": True} in httpx.get(f"{url}/leads").json())
    assert log(application, "migrate").count("migrated") == 1

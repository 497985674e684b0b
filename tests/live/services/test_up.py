"""A Service through `infra-kit up`: released, refused, stopped, started again, on one stack, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.servers.workloads import TOKEN, Load, answers
from tests.live.services.conftest import open_application
from tests.shop import Shop


@pytest.fixture(scope="module")
def api(cli: Path) -> Iterator[Shop]:
    with open_application(cli, "released") as project:
        ask(project, "1")
        project.up()
        yield project


def ask(project: Shop, version: str, **variables: str) -> None:
    settings: dict[str, Any] = {"VERSION": version, **variables}
    project.configure(**{"api:environment": settings, "api:instances": 2})


def versions(project: Shop) -> list[str]:
    """By instance."""
    return [version for version, _ in answers(project.outputs["url"])]


def test_it_is_balanced_and_shown_and_its_secret_is_not(api: Shop) -> None:
    url = api.outputs["url"]
    assert versions(api) == ["1", "1"]

    again, status = api.up(), api.run("status")

    assert "Nothing had to change." in again.stderr
    assert f"api        Service  {url.removeprefix('http://')}" in again.stdout
    assert "running" in status.stdout
    state = api.pulumi("stack", "export").stdout
    assert not [text for text in (again.stdout, again.stderr, status.stdout, state) if TOKEN in text]


def test_a_new_version_under_load_costs_no_request_and_a_bad_one_changes_nothing(api: Shop) -> None:
    with Load(api.outputs["url"], visitors=2) as load:
        load.reach(200)
        ask(api, "2")
        api.up()
        ask(api, "3", HEALTHY="no")
        refused = api.run("up")
        load.reach(2_000)

    assert load.failed == []
    assert load.answered >= 2_000
    assert refused.returncode == 1
    assert "the new version did not take over, the old one goes on" in refused.stderr
    assert "GET /health was answered with 500" in refused.stderr
    assert "version 3 listens" in refused.stderr
    assert versions(api) == ["2", "2"]


def test_after_a_bad_one_the_next_version_takes_over(api: Shop) -> None:
    ask(api, "4")

    api.up()

    assert versions(api) == ["4", "4"]


def test_stopped_and_started_it_is_where_it_was(api: Shop) -> None:
    url = api.outputs["url"]

    assert "Stopped: api. Data is kept." in api.run("stop").stdout
    api.up()

    assert api.outputs["url"] == url
    assert versions(api) == ["4", "4"]

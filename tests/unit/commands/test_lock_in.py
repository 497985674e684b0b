"""`infra-kit lock-in`: what is printed."""

import json
import re
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from infra_kit._installation import pip_install
from infra_kit.cli import app
from infra_kit.planning import lock_in as locking
from tests.unit.planning.conftest import MakeProject

SHOP = """
from infra_kit import ObjectStore, Postgres
ObjectStore("files")
Postgres("db", memory_gb=2)
"""
TOKEN = """
from infra_kit import Secret
Secret("token")
"""
CROWD = """
from infra_kit import ExternalService, Redis
Redis("cache")
for n in range(80):
    ExternalService(f"mail-{n}", vendor="Postmark", protocol="smtp", monthly=10)
"""
AWS = "config: {infra-kit:target: aws, infra-kit:environment: staging, infra-kit:region: eu-west-1}"
LockIn = Callable[..., str]


@pytest.fixture
def lock_in(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> LockIn:
    def run(*arguments: str, program: str = SHOP) -> str:
        monkeypatch.chdir(make_project(program, staging=AWS).root)
        shown = CliRunner().invoke(app, ["lock-in", "--stack", "staging", *arguments])
        assert shown.exit_code == 0, shown.output
        return shown.output

    return run


def test_each_component_has_a_score_and_why_it_is_that_one(lock_in: LockIn) -> None:
    shown = lock_in("--why")
    assert "of 10" in shown
    assert {"protocol", "exit", "skills", "effort"} <= set(shown.split())


def test_what_would_lower_it_most_is_told_with_the_figures_before_and_after(lock_in: LockIn) -> None:
    change = json.loads(lock_in("--json"))["change"]
    assert change["after"] < change["before"]
    figures = f"{change['before']:.1f} → {change['after']:.1f}"
    assert f"What would lower it most ({figures}): {change['component']}: {change['what']}" in lock_in()


def test_a_drop_that_shows_in_no_first_decimal_is_told_with_two(lock_in: LockIn) -> None:
    told = r"What would lower it most \(\d\.\d\d → \d\.\d\d\): cache: "
    assert re.search(told, lock_in(program=CROWD))


def test_where_nothing_would_lower_it_that_is_told(lock_in: LockIn) -> None:
    assert "Nothing that we know of would lower it." in lock_in(program=TOKEN)


def test_where_only_what_is_accepted_would_lower_it_that_is_told(lock_in: LockIn) -> None:
    accepted = "infra-kit:accepted-lock-in={cache: it is fast}"
    shown = lock_in("--set", accepted, program=CROWD)
    assert "accepted: it is fast" in shown
    assert "Nothing that we know of beside what is accepted would lower it." in shown


def test_a_target_that_could_not_be_asked_is_named(lock_in: LockIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "not_installed", lambda: ("gcp",))
    shown = lock_in()
    assert "gcp is not installed here" in shown
    assert pip_install("gcp") in shown

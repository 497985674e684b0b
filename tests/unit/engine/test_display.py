from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from infra_kit.engine.display import Progress, duration


@pytest.fixture
def said() -> StringIO:
    return StringIO()


@pytest.fixture
def progress(said: StringIO) -> Progress:
    return Progress(Console(file=said, width=80, highlight=False))


def test_without_a_terminal_a_step_is_one_plain_line(progress: Progress, said: StringIO) -> None:
    with progress.step("Planning"):
        progress.doing("db-server")
    (done,) = said.getvalue().splitlines()
    assert done.startswith("✓ Planning (0.")
    assert "\x1b" not in said.getvalue()


def test_without_a_terminal_a_step_that_may_take_minutes_is_named_at_its_start(
    progress: Progress, said: StringIO
) -> None:
    with progress.step("Applying", long=True):
        assert said.getvalue() == "… Applying\n"
    assert said.getvalue().splitlines()[1].startswith("✓ Applying (0.")


def test_of_a_step_that_the_run_can_do_without_only_the_caller_says_that_it_failed(
    progress: Progress, said: StringIO
) -> None:
    with pytest.raises(ValueError, match="no"), progress.step("Getting it", required=False):
        raise ValueError("no")
    assert said.getvalue() == ""


def test_a_step_that_fails_says_so_and_passes_the_error_on(progress: Progress, said: StringIO) -> None:
    with pytest.raises(ValueError, match="no"), progress.step("Planning"):
        raise ValueError("no")
    assert "✗ Planning failed after 0." in said.getvalue()


def test_a_warning_is_said_once(progress: Progress, said: StringIO) -> None:
    progress.warn("archive is left out")
    progress.warn("archive is left out")
    assert said.getvalue() == "! archive is left out\n"


def test_what_looks_like_markup_is_shown_as_it_is(progress: Progress, said: StringIO) -> None:
    progress.error("db: extensions: [vector] is not [allowed]")
    assert said.getvalue() == "Error: db: extensions: [vector] is not [allowed]\n"


def test_on_a_terminal_the_live_line_names_what_is_under_way_and_never_wraps() -> None:
    progress = Progress(Console(file=StringIO(), width=40, force_terminal=True))
    with progress.step("Applying"):
        progress.doing("db-server, cache-server, files-server, events-server")
        assert progress._status is not None
        assert progress._status.status == "Applying: db-server, cache-server, …"


@pytest.mark.parametrize(("seconds", "text"), [(0.04, "0.0 s"), (12.34, "12.3 s"), (135.0, "2 min 15 s")])
def test_durations_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert duration(seconds) == text

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

import infra_kit
from infra_kit.engine.display import Progress
from infra_kit.engine.operations import _failure, _Run, change_of, name_of, plain, short
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack

FRAMES = """Traceback (most recent call last):
  File "/home/ana/shop/__main__.py", line 7, in <module>
    db = Postgres("db", memory_gb=-1)
  File "/home/ana/.venv/lib/site-packages/infra_kit/spec.py", line 40, in build
    raise SpecError(problem)
         ^^^^^^^^^^^^^^^^^^
"""


def test_an_error_of_infra_kit_is_its_own_words_without_the_stack_trace() -> None:
    said = "Postgres 'db': memory_gb: given -1, at least 0.25 is needed.\nHint: leave it out."
    message = f"Program failed with an unhandled exception:\n{FRAMES}infra_kit.errors.SpecError: {said}\n\n"
    assert plain(message) == said


def test_options_that_are_made_before_their_component_are_told_by_their_line() -> None:
    said = "Health: interval: a duration is at least one second, '1s', given '0s'"
    message = f"Program failed with an unhandled exception:\n{FRAMES}infra_kit.errors.OptionsError: {said}\n\n"
    assert plain(message) == f"{said}\n  at /home/ana/shop/__main__.py, line 7"


def test_the_line_of_a_users_program_is_told_from_those_of_infra_kits_own_source() -> None:
    own = f'  File "{Path(infra_kit.__file__).parent}/spec.py", line 34, in __init__\n    raise OptionsError(x)\n'
    assert plain(f"{FRAMES}{own}infra_kit.errors.OptionsError: Health: x").endswith("__main__.py, line 7")


def test_a_bug_of_the_program_keeps_its_kind_and_its_place() -> None:
    message = f"Program failed with an unhandled exception:\n{FRAMES}KeyError: 'region'\n"
    assert plain(message) == "KeyError: 'region'\n  at /home/ana/shop/__main__.py, line 7"


def test_of_a_chain_of_errors_the_last_one_counts() -> None:
    chain = f"{FRAMES}OSError: no space\n\nDuring handling of the above exception, another exception occurred:\n\n"
    assert plain(f"{chain}{FRAMES}infra_kit.errors.ServerError: the disk is full") == "the disk is full"


def test_what_the_engine_says_itself_loses_only_its_prefix() -> None:
    assert plain("error: no stack named 'shop' found\n") == "no stack named 'shop' found"


def test_names_are_read_from_urns_and_tokens() -> None:
    urn = "urn:pulumi:shop::app::infra-kit:index:Postgres$pulumi-python:dynamic/infra-kit:PostgresServer::db-server"
    assert name_of(urn) == "db-server"
    assert name_of("") == ""
    assert short("pulumi-python:dynamic/infra-kit:PostgresServer") == "PostgresServer"


SERVER = {"memory_gb": 0.05, "name": "cache"}


@pytest.mark.parametrize(
    ("new", "more", "word"),
    [
        (SERVER, {}, "started"),
        (SERVER | {"memory_gb": 0.1}, {}, "changed"),
        (SERVER, {"diffs": ["password"]}, "changed"),
        (SERVER, {"detailedDiff": {"password": {"kind": "update"}}}, "changed"),
    ],
)
def test_a_server_none_of_whose_properties_differs_was_only_started(
    new: dict[str, Any], more: dict[str, Any], word: str
) -> None:
    """Recorded from `pulumi up` after `infra-kit stop`: an update with equal inputs, diffs and detailedDiff null."""
    metadata = {"op": "update", "old": {"inputs": SERVER}, "new": {"inputs": new}, "diffs": None, "detailedDiff": None}
    assert word in change_of(metadata | more)


def test_what_is_made_is_created() -> None:
    assert "created" in change_of({"op": "create", "old": None, "new": {"inputs": SERVER}})


def test_a_run_that_misses_a_value_says_the_whole_command_that_sets_it(tmp_path: Path) -> None:
    project = Project(root=tmp_path, name="shop", config_dir=tmp_path, home=tmp_path / ".infra-kit")
    state = _Run("up", Progress())
    missing = str(pulumi.ConfigMissingError("shop:backup-key", secret=True))
    state.take(json.dumps({"diagnosticEvent": {"severity": "error", "message": f"error: {missing}", "urn": ""}}))
    said = str(_failure(Stack(project, "shop-dev", Path("/cli")), state, ""))
    assert 'eval "$(infra-kit env)" && pulumi config set --secret shop:backup-key <value> --stack shop-dev' in said

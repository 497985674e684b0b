from __future__ import annotations

from pathlib import Path

import infra_kit
from infra_kit.engine.diagnostics import plain

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


def test_what_a_job_said_last_is_told_with_its_own_traceback() -> None:
    words = f"{FRAMES}psycopg.errors.RaiseException: Of no tenant: kept\nThe whole log: migrate/server.log"
    said = f"migrate: it ended with 1. It said:\n{words}"
    assert plain(f"{FRAMES}infra_kit.errors.ServerError: {said}") == said
    chain = f"{FRAMES}infra_kit.errors.ServerError: no\n\nDuring handling of the above exception, another occurred:\n\n"
    assert plain(f"{chain}{FRAMES}KeyError: 'region'") == "KeyError: 'region'\n  at /home/ana/shop/__main__.py, line 7"


def test_what_the_engine_says_itself_loses_only_its_prefix() -> None:
    assert plain("error: no stack named 'shop' found\n") == "no stack named 'shop' found"


def test_what_a_resource_of_ours_refuses_is_its_own_words_alone() -> None:
    said = "safe: another key cannot read the copies that are there. The safe way: leave it."
    of = "pulumi-python:dynamic/infra-kit:BackupServer resource 'safe-server': property key value"
    assert plain(f"{of} {{&{{{{[secret]}}}}}} has a problem: {said}") == said
    assert plain(f"{of} {{[map[a:1]\n map[b:2]]}} has a problem: {said}") == said


def test_what_a_cloud_refuses_keeps_the_resource_and_the_property() -> None:
    message = "aws:rds/instance:Instance resource 'db': property engine value {x} has a problem: there is none"
    assert plain(message) == message

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra_kit.engine import operations
from infra_kit.engine.display import Progress
from infra_kit.engine.operations import _failure, _Run, change_of, name_of, short
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack
from infra_kit.errors import EngineError


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


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("safe: another key cannot read the copies", "safe: another key cannot read the copies"),
        ("connection refused", "safe-server: connection refused"),
    ],
)
def test_a_failure_that_names_its_component_is_not_told_of_its_server_again(said: str, told: str) -> None:
    state = _Run("up", Progress())
    urn = "urn:pulumi:dev::shop::pulumi-python:dynamic/infra-kit:BackupServer::safe-server"
    state.take(json.dumps({"diagnosticEvent": {"severity": "error", "message": f"error: {said}", "urn": urn}}))
    assert state.errors == [told]


DELETED = "urn:pulumi:shop-dev::shop::aws:rds/instance:Instance::db"
DOCUMENT = json.dumps(
    {"steps": [{"op": "delete", "urn": DELETED, "oldState": {"type": "aws:rds/instance:Instance", "ports": [5432]}}]},
    indent=4,
)
"""What a `pulumi preview --json` prints that knows no events: the switch of 3.192 is an environment variable."""
SUMMARY = json.dumps({"sequence": 1, "summaryEvent": {"resourceChanges": {"same": 1}}})


def stack_of_a_cli_that_says(tmp_path: Path, text: str) -> Stack:
    (tmp_path / "said").write_text(text)
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
    pulumi.chmod(0o755)
    return Stack(Project(tmp_path, "shop", tmp_path, tmp_path), "shop-dev", tmp_path)


@pytest.mark.parametrize("said", [DOCUMENT, ""])
@pytest.mark.parametrize("operation", ["look", "refresh", "preview", "up", "destroy"])
def test_an_operation_that_nobody_could_read_is_no_operation_without_losses(
    tmp_path: Path, operation: str, said: str
) -> None:
    stack = stack_of_a_cli_that_says(tmp_path, said)
    with pytest.raises(EngineError, match=f"{tmp_path}/pulumi .* without a summary: nobody can tell what it does"):
        operations.run(operation, stack, tmp_path / "config", Progress())


def test_an_operation_that_summed_up_nothing_did_nothing(tmp_path: Path) -> None:
    stack = stack_of_a_cli_that_says(tmp_path, f"{SUMMARY}\n")
    assert operations.run("preview", stack, tmp_path / "config", Progress()) == []

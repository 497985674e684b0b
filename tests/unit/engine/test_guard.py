from __future__ import annotations

from typing import Any

import pytest

from infra_kit.engine import guard
from infra_kit.engine.operations import Step
from infra_kit.errors import DataLossRefusedError

POSTGRES = "pulumi-python:dynamic/infra-kit:PostgresServer"
CDN = "pulumi-python:dynamic/infra-kit:CdnServer"
ROOT = "urn:pulumi:shop::app::"


def recorded(op: str, token: str = POSTGRES, **more: Any) -> Step:
    """A step as the engine's events carry it (recorded from `pulumi preview --json`)."""
    state = {
        "parent": f"{ROOT}infra-kit:index:Postgres::db",
        "custom": True,
        "retainOnDelete": more.pop("retained", False),
    }
    old = None if op == "create" else state
    new = None if op == "delete" else state
    urn = f"{ROOT}infra-kit:index:Postgres${token}::db-server"
    return Step.from_metadata({"urn": urn, "type": token, "op": op, "old": old, "new": new, **more})


@pytest.mark.parametrize("op", ["create", "same", "update", "refresh"])
def test_what_keeps_the_data_passes(op: str) -> None:
    guard.check([recorded(op)])


def test_a_replacement_is_refused_once_with_what_forces_it_and_the_safe_way() -> None:
    steps = [
        recorded("create-replacement", keys=["version"]),
        recorded("replace", keys=["version"]),
        recorded("delete-replaced"),
    ]
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check(steps)
    message = str(refused.value)
    assert message.count("db-server") == 1
    assert "db-server (PostgresServer) would be replaced by an empty one, because version changes." in message
    assert "make a second component beside the first, move the data" in message
    assert message.endswith("--allow-delete db")


def test_a_deletion_is_refused_and_a_rename_is_shown_the_alias() -> None:
    with pytest.raises(DataLossRefusedError, match=r"(?s)the program no longer has it.*pulumi.Alias\(name="):
        guard.check([recorded("delete")])


@pytest.mark.parametrize("name", ["db", "db-server"])
def test_what_the_user_names_may_go(name: str) -> None:
    guard.check([recorded("delete"), recorded("replace")], allowed=[name])


def test_naming_another_one_allows_nothing() -> None:
    with pytest.raises(DataLossRefusedError):
        guard.check([recorded("delete")], allowed=["cache"])


def test_what_the_engine_only_forgets_is_not_lost() -> None:
    guard.check([recorded("delete", retained=True)])


def test_a_retained_resource_may_still_not_be_replaced_by_an_empty_one() -> None:
    with pytest.raises(DataLossRefusedError):
        guard.check([recorded("replace", retained=True)])


def test_a_cache_may_be_replaced() -> None:
    guard.check([recorded("replace", CDN), recorded("delete", CDN)])


def test_every_loss_is_named() -> None:
    other = Step(urn=f"{ROOT}aws:s3/bucket:Bucket::files", type="aws:s3/bucket:Bucket", op="delete")
    with pytest.raises(DataLossRefusedError) as refused:
        guard.check([recorded("replace"), other])
    assert "files (Bucket) would be deleted" in str(refused.value)
    assert "--allow-delete db --allow-delete files" in str(refused.value)

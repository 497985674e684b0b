"""Secrets and plain values on this machine: files in a box of their own, by their handlers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local import inventory
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.config import HANDLER as CONFIG
from infra_kit.providers.local.servers.secret import HANDLER


@pytest.fixture
def props(home_dir: Path) -> Props:
    return {
        "kind": "local/secret", "home": str(home_dir), "stack": "test", "name": "jwt", "retain": False, "length": 32.0,
        "environment": "production", "path": "jwt/secret",
    }  # fmt: skip


@pytest.fixture
def values(home_dir: Path) -> Props:
    return {
        "kind": "local/config", "home": str(home_dir), "stack": "test", "name": "settings", "retain": False,
        "environment": "production", "values": {"database/host": "db.internal", "level": "info"},
    }  # fmt: skip


def ensure(props: Props, olds: Props | None = None) -> tuple[str, Path]:
    """The value, and the file that holds it."""
    outs = HANDLER.ensure(props, olds)[1]
    return outs["private"]["value"], Path(outs["public"]["reference"])


def age(props: Props, days: int) -> None:
    box = box_of(props)
    record = box.record
    record.facts["made"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    box.save(record)


def tree(props: Props) -> dict[str, str]:
    folder = box_of(props).data / "production"
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_a_secret_is_generated_once_and_stands_in_a_file_for_the_servers_user_alone(props: Props) -> None:
    value, file = ensure(props)
    assert len(value) == 32
    assert value.isalnum()
    assert file == box_of(props).data / "production" / "jwt" / "secret"
    assert file.read_text() == value
    assert file.stat().st_mode & 0o077 == 0
    assert all(
        folder.stat().st_mode & 0o077 == 0 for folder in file.parents if folder.is_relative_to(box_of(props).path)
    )
    assert not HANDLER.changed(props, props)
    assert ensure(props) == (value, file)


@pytest.mark.parametrize("harm", ["unlink", "write_text"])
def test_a_secret_whose_file_is_lost_or_touched_is_brought_back_the_same(props: Props, harm: str) -> None:
    value, file = ensure(props)
    file.unlink() if harm == "unlink" else file.write_text("touched")
    assert HANDLER.changed(props, props)
    assert ensure(props) == (value, file)
    assert file.read_text() == value


def test_a_secret_outlives_a_change_of_its_path_and_environment(props: Props) -> None:
    value, file = ensure(props)
    again, moved = ensure({**props, "path": "token", "environment": "staging"}, props)
    assert again == value
    assert moved == box_of(props).data / "staging" / "token"
    assert not file.exists()


def test_a_secret_is_made_anew_when_its_rotation_is_over_and_not_before(props: Props) -> None:
    rotated = {**props, "rotation": "90d"}
    value, _ = ensure(rotated)
    age(rotated, 89)
    assert not HANDLER.changed(rotated, rotated)
    age(rotated, 90)
    assert HANDLER.changed(rotated, rotated)
    again, file = ensure(rotated)
    assert again != value
    assert file.read_text() == again
    assert not HANDLER.changed(rotated, rotated)
    age(props, 10_000)
    assert not HANDLER.changed(props, props)


def test_another_length_makes_another_secret(props: Props) -> None:
    value, _ = ensure(props)
    longer, _ = ensure({**props, "length": 64.0}, props)
    assert len(longer) == 64
    assert not longer.startswith(value)


def test_a_given_secret_is_kept_as_it_is_and_a_generated_one_takes_over_from_it(props: Props) -> None:
    given = {**props, "value": "a value\nof two lines"}
    assert ensure(given)[0] == "a value\nof two lines"
    assert not HANDLER.changed(given, given)
    other = {**props, "value": "another"}
    value, file = ensure(other, given)
    assert (value, file.read_text()) == ("another", "another")
    assert ensure(props, other)[0] != "another"


def test_a_renamed_secret_takes_its_value_along(props: Props) -> None:
    value, _ = ensure(props)
    renamed = {**props, "name": "token"}
    assert HANDLER.check(props, renamed) == []
    again, file = ensure(renamed, props)
    assert again == value
    assert file.is_relative_to(box_of(renamed).path)
    assert not box_of(props).path.exists()


def test_a_secret_stays_where_the_environment_keeps_data_and_goes_elsewhere(props: Props) -> None:
    value, _ = ensure(props)
    HANDLER.delete("", {**props, "retain": True})
    assert ensure(props)[0] == value
    HANDLER.delete("", props)
    HANDLER.delete("", props)
    assert not box_of(props).path.exists()


def test_a_secret_whose_record_is_lost_is_not_made_anew_unasked(props: Props) -> None:
    ensure(props)
    (box_of(props).path / "server.json").unlink()
    with pytest.raises(ServerError, match="Nothing was deleted"):
        ensure(props)


def test_a_secret_is_shown_beside_the_servers_as_what_is_only_kept(props: Props, home_dir: Path) -> None:
    ensure(props)
    (shown,) = inventory.servers("test", home_dir)
    assert (shown.name, shown.kind, shown.address, shown.has_program) == ("jwt", "secret", "", False)
    assert inventory.stop("test", home_dir) == []


def test_values_are_a_tree_of_files_that_follows_the_program(values: Props) -> None:
    outs = CONFIG.ensure(values)[1]
    references = outs["public"]["references"]
    assert {path: Path(file).read_text() for path, file in references.items()} == values["values"]
    assert all(Path(file).stat().st_mode & 0o077 == 0 for file in references.values())
    assert not CONFIG.changed(values, values)
    fewer: dict[str, Any] = {**values, "values": {"database": "elsewhere", "level/default": "debug"}}
    assert CONFIG.changed(values, fewer)
    CONFIG.ensure(fewer, values)
    assert tree(fewer) == fewer["values"]
    Path(box_of(fewer).data / "production" / "database").write_text("touched")
    assert CONFIG.changed(fewer, fewer)
    CONFIG.ensure(fewer)
    assert tree(fewer) == fewer["values"]


def test_values_go_with_their_component(values: Props) -> None:
    CONFIG.ensure(values)
    assert json.loads((box_of(values).path / "server.json").read_text())["kind"] == "local/config"
    CONFIG.delete("", values)
    assert not box_of(values).path.exists()

"""A server and its box: renamed, copied, moved, upgraded."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.postgres import HANDLER
from tests.live.servers.database import ensure, pid, props, url

__all__ = ["props"]


def test_a_renamed_component_takes_its_data_along(props: Props) -> None:
    outs = ensure(props)
    with psycopg.connect(url(outs)) as connection:
        connection.execute("CREATE TABLE kept ()")
    renamed = {**props, "name": "database"}
    assert HANDLER.check(outs, renamed) == []
    moved = HANDLER.ensure(renamed, outs)[1]
    assert url(moved) == url(outs)
    with psycopg.connect(url(moved)) as connection:
        connection.execute("SELECT * FROM kept")
    assert not box_of(props).path.exists()


def test_a_rename_onto_another_servers_data_is_refused(props: Props) -> None:
    outs, other = ensure(props), {**props, "name": "other"}
    ensure(other)
    (failure,) = HANDLER.check(outs, other)
    assert "there is data of another server" in failure.reason


def test_an_argument_that_is_taken_away_is_a_change(props: Props) -> None:
    outs = ensure({**props, "backups": {"retention_days": 7, "point_in_time": True}})
    assert HANDLER.changed(outs, props)


def test_another_build_of_the_program_is_a_change_and_gets_a_restart(props: Props) -> None:
    outs, first = ensure(props), pid(props)
    box = box_of(props)
    record = box.record
    record.program_stamp = "an older build"
    box.save(record)
    assert HANDLER.changed(outs, props)
    ensure(props)
    assert pid(props) != first
    assert not HANDLER.changed(outs, props)


def test_a_copied_project_does_not_touch_the_servers_of_the_original(
    props: Props, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    for project in (original, copy):
        project.mkdir()
        (project / "Pulumi.yaml").write_text("name: shop")
    monkeypatch.chdir(original)
    outs = ensure(props)
    monkeypatch.chdir(copy)
    refused = f"belongs to the project in {original}"
    with pytest.raises(ServerError, match=refused):
        HANDLER.read("", outs)
    with pytest.raises(ServerError, match=refused):
        HANDLER.delete("", outs)
    with pytest.raises(ServerError, match=refused):
        ensure(props)
    assert psycopg.connect(url(outs)).execute("SELECT 1").fetchone() == (1,)
    monkeypatch.chdir(original)


def test_a_project_that_moved_takes_its_servers_over(
    props: Props, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    (before / "Pulumi.yaml").write_text("name: shop")
    monkeypatch.chdir(before)
    outs = ensure(props)
    before.rename(after)
    monkeypatch.chdir(after)
    assert HANDLER.read("", outs)
    assert ensure(props) == outs


def test_data_whose_record_is_gone_is_left_alone(props: Props) -> None:
    ensure(props)
    box = box_of(props)
    box.process.stop(HANDLER.STOP)
    (box.path / "server.json").unlink()
    with pytest.raises(ServerError, match="keeps its ports and passwords"):
        ensure(props)
    assert (box.data / "PG_VERSION").exists()


def test_data_that_is_gone_is_told_and_an_empty_one_made_only_where_it_was_given_up(props: Props) -> None:
    outs, box = ensure(props), box_of(props)
    box.process.stop(HANDLER.STOP)
    shutil.rmtree(box.data)
    assert HANDLER.read("", outs) is None
    for _ in range(2):
        with pytest.raises(ServerError, match=f"db: its data is gone from {box.data}"):
            HANDLER.ensure(props, outs)
    assert ensure(props) == outs
    assert HANDLER.read("", outs)


def test_another_version_is_refused_also_when_the_state_is_lost_or_never_said_one(props: Props) -> None:
    outs = ensure({**props, "version": None})
    for olds in ({}, outs):
        (failure,) = HANDLER.check(olds, {**props, "version": "18"})
        assert "data is of PostgreSQL 17, and 18 was asked for" in failure.reason
    with pytest.raises(ServerError, match="data is of PostgreSQL 17"):
        ensure({**props, "version": "18"})

"""A server's ports stay its own while it is stopped, whoever else comes up on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local import kept_ports, ports
from infra_kit.providers.local.box import Box, Record


@pytest.fixture(autouse=True)
def own_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def opened(project: Path, name: str = "db") -> Record:
    project.mkdir(exist_ok=True)
    return Box(project, "shop-development", name).open("local/postgres", 1, (), None)


def only(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "RANGE", range(port, port + 1))


def test_the_port_of_a_stopped_server_is_given_to_none_of_another_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [port] = opened(tmp_path / "one").ports
    only(port, monkeypatch)
    with pytest.raises(ServerError, match="no 1 free ports"):
        opened(tmp_path / "another")


def test_what_is_destroyed_leaves_its_port_to_others(tmp_path: Path) -> None:
    [port] = opened(tmp_path / "one").ports
    assert kept_ports.taken() == {port}
    Box(tmp_path / "one", "shop-development", "db").destroy()
    assert kept_ports.taken() == frozenset()


def test_a_project_that_moved_keeps_its_ports_from_its_next_up_on(tmp_path: Path) -> None:
    [port] = opened(tmp_path / "one").ports
    (tmp_path / "one").rename(tmp_path / "moved")
    assert kept_ports.taken() == frozenset()
    assert opened(tmp_path / "moved").ports == [port]
    assert kept_ports.taken() == {port}


def test_a_copied_project_takes_no_port_from_the_original(tmp_path: Path) -> None:
    [port] = opened(tmp_path / "one").ports
    copy = Box(tmp_path / "copy", "shop-development", "db")
    copy.path.mkdir(parents=True)
    copy.save(Box(tmp_path / "one", "shop-development", "db").record)
    opened(tmp_path / "copy")
    copy.destroy()
    assert kept_ports.taken() == {port}


def test_where_no_note_can_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ServerError, match="set XDG_CACHE_HOME to a place that can"):
        opened(tmp_path / "one")

"""A server whose data is gone, as far as it needs no process."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra_kit._dynamic import Props, handler
from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.server import Server

KEEPING: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "postgres": ({}, "PG_VERSION"),
    "redis": ({"persistence": True}, "appendonlydir/appendonly.aof.manifest"),
    "object_store": ({}, "filerldb2/CURRENT"),
    "event_bus": ({}, "jetstream/account"),
    "service": ({"volumes": {"uploads": "UPLOADS"}}, "volumes/uploads/one"),
    "worker": ({"volumes": {"uploads": "UPLOADS"}}, "volumes/uploads/one"),
    "job": ({"volumes": {"uploads": "UPLOADS"}}, "volumes/uploads/one"),
    "backup": ({"store": None}, "copies/.kept"),
    "logs": ({}, ".kept"),
}
"""By the kind of a server that holds data: what it is asked for, and a file of it."""
NOTHING_OF_THEIR_OWN: Mapping[str, Mapping[str, Any]] = {
    "postgres": {"primary": "main"},
    "redis": {"persistence": False},
    "service": {"volumes": {}},
    "backup": {"store": {"bucket": "elsewhere"}},
    "gateway": {},
    "cdn": {},
}


def _server(home: Path, kind: str, asked: Mapping[str, Any]) -> tuple[Server, Box, Props]:
    """One that has come up before, with nothing on its disk."""
    props = {"kind": f"local/{kind}", "home": str(home), "stack": "dev", "name": "it", "retain": False, **asked}
    found = handler(props)
    assert isinstance(found, Server)
    box = found.box(props)
    box.data.mkdir(parents=True)
    box.save(Record(f"local/{kind}", [4000], {}, facts={"marked": "it"}, started_with="a configuration"))
    return found, box, props


@pytest.mark.parametrize("kind", KEEPING)
@pytest.mark.parametrize("all_of_it", [True, False], ids=["its folder", "what its folder holds"])
def test_a_server_whose_data_is_gone_is_gone_and_makes_no_empty_one(
    tmp_path: Path, kind: str, *, all_of_it: bool
) -> None:
    asked, file = KEEPING[kind]
    found, box, props = _server(tmp_path, kind, asked)
    (box.data / file).parent.mkdir(parents=True, exist_ok=True)
    (box.data / file).touch()
    assert found.read("", props) == props

    shutil.rmtree(box.data)
    if not all_of_it:
        box.data.mkdir()

    assert found.read("", props) is None
    assert found.changed(props, props)
    with pytest.raises(ServerError, match=f"it: its data is gone from {box.data}.*infra-kit up --allow-delete it"):
        found.ensure(props, props)


@pytest.mark.parametrize("kind", NOTHING_OF_THEIR_OWN)
def test_a_server_that_keeps_nothing_of_its_own_is_there_without_it(tmp_path: Path, kind: str) -> None:
    found, box, props = _server(tmp_path, kind, NOTHING_OF_THEIR_OWN[kind])
    shutil.rmtree(box.data)
    assert found.read("", props) == props


@pytest.mark.parametrize("kind", KEEPING)
def test_one_that_never_came_up_has_lost_nothing(tmp_path: Path, kind: str) -> None:
    found, box, props = _server(tmp_path, kind, KEEPING[kind][0])
    box.save(Record(f"local/{kind}", [4000], {}))
    assert found.read("", props) == props


def test_data_that_a_killed_restore_has_put_aside_is_not_gone(tmp_path: Path) -> None:
    found, box, props = _server(tmp_path, "postgres", {})
    box.data.rename(box.path / "data.before-20260101T000000Z")
    assert found.read("", props) is None, "a restore that came to its end: what it left is older"

    (box.path.parent / "it-restoring").mkdir()
    assert found.read("", props) == props

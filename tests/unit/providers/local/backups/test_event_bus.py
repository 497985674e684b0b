"""What a NATS server answers, as a copy takes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast
from unittest.mock import AsyncMock, Mock

import pytest
from nats.aio.msg import Msg

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import event_bus, failures
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers import nats_monitor, nats_streams

TIME = "2026-01-01T00:00:00Z"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """Of a bus whose stream had five events at the last `up`."""
    made = Box(tmp_path, "test", "bus")
    made.path.mkdir(parents=True)
    made.save(Record("local/event_bus", [0, 0], {"admin": "x"}, {"stream LEADS": "5 5"}))
    return made


def tells(monkeypatch: pytest.MonkeyPatch, **told: object) -> None:
    monkeypatch.setattr(nats_monitor, "get", lambda *_: json.dumps(told).encode())


def stream(name: str, last: int) -> dict[str, object]:
    state = {"messages": last, "bytes": 9, "last_seq": last, "first_ts": TIME, "last_ts": TIME}
    return {"name": name, "state": state, "config": {"max_age": 0, "max_bytes": -1}}


def sends(monkeypatch: pytest.MonkeyPatch, end: dict[str, str] | None) -> None:
    """A chunk, and an end."""
    messages = [Msg(Mock(), data=b"a chunk"), Msg(Mock(), headers=end)]
    connection = AsyncMock(new_inbox=Mock(return_value="inbox"))
    connection.subscribe.return_value.next_msg.side_effect = messages
    connection.request.return_value = Msg(Mock(), data=json.dumps({"config": {}, "state": {}}).encode())
    monkeypatch.setattr(nats_streams, "connect", AsyncMock(return_value=connection))


def copied(box: Box) -> dict[str, Any]:
    repository = Mock(put=Mock(return_value=Part("copies/now/bus/LEADS.snapshot", "", 7)))
    with failures.of("bus"):
        return event_bus.copy(box, cast("Repository", repository), "copies/now/bus")


@pytest.mark.parametrize("end", [{"Status": "408", "Description": "No Flow Response"}, {"Status": "500"}])
def test_a_snapshot_that_the_server_broke_off_is_none(
    monkeypatch: pytest.MonkeyPatch, box: Box, end: dict[str, str]
) -> None:
    tells(monkeypatch, account_details=[{"stream_detail": [stream("LEADS", 5)]}])
    sends(monkeypatch, end)
    says = f"bus: NATS broke off the snapshot of LEADS: {' '.join(end.values())}"
    with pytest.raises(BackupError, match=says) as failed:
        copied(box)
    assert failed.value.check == "truncated"


@pytest.mark.parametrize("end", [{"Status": "204"}, None])
def test_a_snapshot_that_came_to_its_end_is_copied(
    monkeypatch: pytest.MonkeyPatch, box: Box, end: dict[str, str] | None
) -> None:
    tells(monkeypatch, account_details=[{"stream_detail": [stream("LEADS", 5)]}])
    sends(monkeypatch, end)
    assert set(copied(box)["streams"]) == {"LEADS"}


def test_a_bus_that_keeps_no_events_any_more_is_not_one_without_streams(
    monkeypatch: pytest.MonkeyPatch, box: Box
) -> None:
    tells(monkeypatch, disabled=True, config={"max_memory": 0, "max_storage": 0}, streams=0)
    with pytest.raises(BackupError, match=r"bus: NATS has switched JetStream off.*full.*`infra-kit up`"):
        copied(box)


@pytest.mark.parametrize(("there", "loss"), [([], "is gone"), ([stream("LEADS", 3)], "ends with event 3 and had 5")])
def test_a_stream_that_nats_dropped_is_left_out_of_no_copy_without_a_word(
    monkeypatch: pytest.MonkeyPatch, box: Box, there: list[dict[str, object]], loss: str
) -> None:
    tells(monkeypatch, account_details=[{"stream_detail": there}])
    with pytest.raises(BackupError, match=f"bus: the stream LEADS {loss}.*bring them back from a copy"):
        copied(box)

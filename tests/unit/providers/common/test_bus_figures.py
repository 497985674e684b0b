"""How far a bus' consumers are, as `bus_figures.sh` tells it: from what NATS answers."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.common import bus_figures, nats

NATS = """#!/bin/sh
case "$*" in
  *CONSUMER.LIST.LOST*) exit 1 ;;
  *CONSUMER.LIST*) echo "$LISTED" ;;
  *MSG.GET*) [ -n "$EVENT" ] && echo "$EVENT" ;;
esac
"""
MAILER = {"stream": "LEADS", "dead_letter": False, "ack_wait": "30s", "max_deliveries": 5}
CONSUMER = {
    "name": "mailer", "num_pending": 2, "num_ack_pending": 0, "delivered": {"stream_seq": 7},
    "ack_floor": {"stream_seq": 7}, "config": {},
}  # fmt: skip


def measured(folder: Path, event: str, props: nats.Props | None = None, **listed: Any) -> tuple[int, str]:
    (folder / "nats").write_text(NATS)
    (folder / "nats").chmod(0o755)
    (folder / bus_figures.SCRIPT).write_text(bus_figures.script())
    props = props or {"streams": {}, "consumers": {"mailer": MAILER}}
    (folder / bus_figures.TOLD).write_text(json.dumps(bus_figures.told(props, "nats://localhost:4222", "secret")))
    told = {"LISTED": json.dumps({"total": 1, "consumers": [CONSUMER], **listed}), "EVENT": event}
    known = {**os.environ, **told, "PATH": f"{folder}:{os.environ['PATH']}"}
    command = ["sh", str(folder / bus_figures.SCRIPT), str(folder / bus_figures.TOLD)]
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def age(said: str) -> int:
    return int(said.partition("infra_kit_bus_oldest_seconds")[2].partition("} ")[2].split()[0])


def event(**more: Any) -> str:
    return json.dumps({"type": "io.nats.jetstream.api.v1.stream_msg_get_response", **more})


def test_what_waits_is_as_old_as_its_event(tmp_path: Path) -> None:
    published = time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime(time.time() - 300))
    code, said = measured(tmp_path, event(message={"subject": "lead.new", "seq": 8, "time": published}))
    assert (code, said.splitlines()[0]) == (0, 'infra_kit_bus_waiting{stream="LEADS",consumer="mailer"} 2')
    assert 300 <= age(said) < 330
    assert "infra_kit_bus_up 1" in said


@pytest.mark.parametrize(
    "answer", ["", event(error={"code": 500, "description": "it failed"}), event(message={"seq": 8}), "no JSON"]
)
def test_an_event_that_cannot_be_read_is_no_young_one(tmp_path: Path, answer: str) -> None:
    """No figure is an alert of its own, where an age of 0 would be none."""
    code, said = measured(tmp_path, answer)
    assert code == 1
    assert "oldest_seconds" not in said
    assert "infra_kit_bus_up 1" not in said


def test_a_stream_that_cannot_be_read_takes_no_others_figures_away(tmp_path: Path) -> None:
    published = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    both = {"streams": {}, "consumers": {"other": {**MAILER, "stream": "LOST"}, "mailer": MAILER}}
    code, said = measured(tmp_path, event(message={"seq": 8, "time": published}), props=both)
    assert code == 1
    assert [line.partition("{")[0] for line in said.splitlines()] == [
        "infra_kit_bus_waiting", "infra_kit_bus_oldest_seconds"
    ]  # fmt: skip
    assert "LOST" not in said


def test_where_what_waited_has_ended_since_nothing_is_old(tmp_path: Path) -> None:
    code, said = measured(tmp_path, event(error={"code": 404, "description": "no message found"}))
    assert code == 0
    assert age(said) in (0, 1)


@pytest.mark.parametrize(
    "unknown",
    [
        {"missing": ["mailer"]},
        {"offline": {"mailer": "its server is older"}},
        {"error": {"code": 503, "err_code": 10008, "description": "JetStream system temporarily unavailable"}},
    ],
)
def test_where_a_cluster_does_not_know_of_all_consumers_it_is_not_said_that_nothing_waits(
    tmp_path: Path, unknown: dict[str, Any]
) -> None:
    code, said = measured(tmp_path, "", total=0, consumers=[], **unknown)
    assert code == 1
    assert "infra_kit_bus_up 1" not in said

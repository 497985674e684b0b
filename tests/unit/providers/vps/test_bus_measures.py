"""How far a bus' consumers are, as `bus_measures.sh` tells it: from what NATS answers."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.vps.scripts import script

NATS = """#!/bin/sh
case "$*" in
  *CONSUMER.LIST*) echo "$LISTED" ;;
  *MSG.GET*) [ -n "$EVENT" ] && echo "$EVENT" ;;
esac
"""
SAID = """said() { printf '{"streams": ["LEADS"], "dead": []}' | jq -r "$1"; }"""
CONSUMER = {
    "name": "mailer", "num_pending": 2, "num_ack_pending": 0, "delivered": {"stream_seq": 7},
    "ack_floor": {"stream_seq": 7}, "config": {},
}  # fmt: skip


def measured(folder: Path, event: str) -> tuple[int, str]:
    (folder / "nats").write_text(NATS)
    (folder / "nats").chmod(0o755)
    text = script("bus_measures.sh")
    functions = text[text.index("\nask() {") : text.index("\nwhile :; do")]
    told = {"LISTED": json.dumps({"total": 1, "consumers": [CONSUMER]}), "EVENT": event}
    program = f"set -eu\ninbox=_INBOX\n{SAID}\n{functions}\nmeasure || exit 1\n"
    known = {**os.environ, **told, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", program], env=known, capture_output=True, text=True, check=False)
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


def test_where_what_waited_has_ended_since_nothing_is_old(tmp_path: Path) -> None:
    code, said = measured(tmp_path, event(error={"code": 404, "description": "no message found"}))
    assert code == 0
    assert age(said) in (0, 1)

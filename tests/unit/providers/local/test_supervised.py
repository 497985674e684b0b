"""What a supervisor tells, read while it writes it."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers import supervised
from infra_kit.providers.local.servers.service import ServiceServer


def test_one_that_begins_to_tell_while_it_is_asked_is_not_ready_yet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    box = Box(tmp_path, "dev", "api")
    box.conf.mkdir(parents=True)
    (box.conf / supervised.FILE).write_text(json.dumps({"generation": "1"}))
    told: list[dict[str, Any]] = [{}, {"generation": "1", "process": 7, "well": 1, "instances": 1}]
    monkeypatch.setattr(supervised, "state_of", lambda _: told.pop(0))
    assert not ServiceServer().is_ready(box, Record("local/service", [4000], {}))

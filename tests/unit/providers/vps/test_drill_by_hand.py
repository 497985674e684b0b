"""`infra-kit drill` on a VPS: what is run on the host, and what is made of its words."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from infra_kit.errors import BackupError, ToolError
from infra_kit.providers.vps import standing_containers
from tests.unit.backups import proven
from tests.unit.providers.vps.test_by_hand import MADE
from tests.unit.tunnels import Programs


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    return Programs(tmp_path, monkeypatch)


class Drilling:
    """A host on which drills go well, but for one."""

    def __init__(self, failing: str = "") -> None:
        self.failing, self.asked = failing, list[list[str]]()

    def __call__(self, command: Sequence[str]) -> str:
        asked = shlex.split(command[-1])
        self.asked.append(asked)
        if asked[-2:-1] == ["cat"]:
            return shlex.join(["check", "orders", "app", "SELECT\ncheck", "t"])
        if self.failing and self.failing in asked[2]:
            raise ToolError("ssh failed:\nfault: keys: 7\nthe drill failed: keys: 7 of 9 keys came back")
        return "restored, and proven, in 41 s"


def test_a_drill_now_is_that_of_the_schedule_and_says_what_was_proven(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.put("ssh", {})
    host = Drilling()
    monkeypatch.setattr(standing_containers, "ask", host)
    made = {it.component: it for it in proven(MADE, tmp_path, monkeypatch)}
    assert made.keys() == {"db", "cache", "files"}
    assert made["db"].seconds == 41
    assert list(made["db"].checks) == ["restore", "start", "missing-log", "rows", "orders", "rto"]
    assert {"wrong-key", "keys"} <= set(made["cache"].checks)
    (ran_db,) = (asked for asked in host.asked if "drill-db-restore-id" in asked)
    assert ran_db[:5] == ["docker", "exec", "drill-db-restore-id", "sh", "-c"]
    assert "sh /run/infra-kit/drill.sh /restored" in ran_db[5]


def test_a_drill_that_fails_says_which_check_of_which_component_and_drills_the_others_all_the_same(
    tmp_path: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.put("ssh", {})
    host = Drilling("drill-cache-restore")
    monkeypatch.setattr(standing_containers, "ask", host)
    with pytest.raises(BackupError, match=r"the drill failed:\ncache: keys: 7 of 9 keys came back$"):
        proven(MADE, tmp_path, monkeypatch)
    assert "drill-files-restore-id" in host.asked[-1]

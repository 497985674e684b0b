from __future__ import annotations

from pathlib import Path

from infra_kit.providers.local.backups.drill import Asked, Drill
from infra_kit.providers.local.box import Box


def test_a_check_of_the_users_that_is_called_as_one_of_ours_is_told_once(tmp_path: Path) -> None:
    own = {"rows": {"of": "db"}, "orders": {"of": "db"}, "of another": {"of": "other"}}
    drill = Drill(Box(tmp_path, "dev", "drill"), Asked(backup="safe", checks=own, rto="15m"))
    told = drill._checks("db", {"kind": "postgres"})
    assert told == ["truncated", "changed", "missing", "wrong-key", "missing-log", "rows", "orders", "rto"]

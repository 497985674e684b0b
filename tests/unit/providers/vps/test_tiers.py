"""Which copies `tiers.sh` says have had their time: those that local's Python does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import script
from tests.unit.providers.retention import CASES, NOW, Case


def thinned(folder: Path, copies: Sequence[datetime], keep: Mapping[str, int | None]) -> set[str]:
    """By a clock that stands."""
    real = shutil.which("date")
    stands = f'#!/bin/sh\n[ "$*" = +%s ] && echo {NOW.timestamp():.0f} || exec {real} "$@"\n'
    (folder / "date").write_text(stands)
    (folder / "date").chmod(0o755)
    tiers = {tier.upper(): str((days or 0) * 86_400) for tier, days in keep.items()}
    known = {**os.environ, **tiers, "TZ": "UTC", "PATH": f"{folder}:{os.environ['PATH']}"}
    lines = "".join(f"{it:%Y%m%d-%H%M%S} {it.isoformat()}\n" for it in sorted(copies, reverse=True))
    told = ["sh", "-c", script("tiers.sh")]
    return set(subprocess.run(told, input=lines, env=known, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_kept_is_what_every_target_keeps(tmp_path: Path, case: Case) -> None:
    gone = thinned(tmp_path, case.copies, case.keep)
    assert gone == {it.isoformat() for it in set(case.copies) - case.kept}

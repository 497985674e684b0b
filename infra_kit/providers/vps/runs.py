"""Copies and drills by schedule, each in a container that waits for its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit.components.backup import Keep
from infra_kit.durations import seconds
from infra_kit.providers.vps import tools
from infra_kit.providers.vps.job import WENT_WELL

LONGEST = 86_400
"""Seconds that one copy, or one drill, may take."""
GRACE = 30
"""Seconds that it may take to stop."""
RETRIES, PAUSE = 3, 300
"""How often it is tried again, and after how many seconds: a store that is away for a moment costs no copy."""


def on_schedule(schedule: str, program: list[str]) -> dict[str, Any]:
    """Of a `Run` that waits for its time and runs the program then (`scripts/schedule.sh`)."""
    limits = map(str, (LONGEST, RETRIES, GRACE, PAUSE))
    return {
        "entrypoint": [tools.BUSYBOX, "sh", f"{tools.FOLDER}/schedule.sh", schedule, *limits],
        "command": program,
        "health": WENT_WELL,
        "stop_seconds": GRACE + 5,
    }


def tiers(keep: Keep) -> Mapping[str, str]:
    """What `scripts/tiers.sh` reads."""
    ages = {"EVERY": keep.every, "DAILY": keep.daily, "WEEKLY": keep.weekly}
    return {tier: str(seconds(age) if age else 0) for tier, age in ages.items()}

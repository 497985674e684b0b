"""A Backup of a recorded stack, as `infra-kit backup` and `infra-kit restore` find it."""

from __future__ import annotations

from typing import Any

from infra_kit.engine.backups import Held, standing
from infra_kit.testing import Recording
from tests.unit.tunnels import state


def held(recording: Recording, name: str = "safe") -> Held:
    return held_in(state(recording), name)


def held_in(told: dict[str, Any], name: str = "safe") -> Held:
    (found,) = (it for it in standing(told, print, set()) if it.name == name)
    return found

"""A Backup of a recorded stack, as `infra-kit backup` and `infra-kit restore` find it, and a drill of it now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine import backups, drills
from infra_kit.engine.backups import Held, standing
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.providers.common.by_hand import Proven
from infra_kit.testing import Recording
from tests.unit.tunnels import state


def held(recording: Recording, name: str = "safe") -> Held:
    return held_in(state(recording), name)


def held_in(told: dict[str, Any], name: str = "safe") -> Held:
    (found,) = (it for it in standing(told, print, set()) if it.name == name)
    return found


def proven(recording: Recording, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[Proven]:
    """By the RestoreDrill `drill` of a recorded stack, as `infra-kit drill` has it."""
    monkeypatch.setattr(backups, "state_of", lambda *_: state(recording))
    project = Project(root=folder, name="shop", config_dir=folder, home=folder / "home")
    return drills.prove(project, "staging", "drill", Progress())

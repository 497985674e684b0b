"""The RestoreDrills of a stack, wherever they are, and a proof by one now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from infra_kit.engine import backups
from infra_kit.engine.backups import ByHand
from infra_kit.engine.connections import components
from infra_kit.engine.display import Progress
from infra_kit.engine.local_servers import home
from infra_kit.engine.project import Project
from infra_kit.engine.standing import below
from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.common.by_hand import Proven, StandingDrill


def prove(project: Project, stack: str, name: str, progress: Progress) -> Sequence[Proven]:
    """Has a RestoreDrill restore the newest copies now, and returns what was proven.

    Args:
        project, stack: where it is.
        name: of the RestoreDrill.
        progress: where it is said what is done.

    Raises:
        ConfigError: there is none of that name, and the message has those there are.
        BackupError, ToolError: not all of it is proven; the message says which check failed.
    """
    library = backups.local()
    here: Mapping[str, Any] = library.drills(stack, home(project)) if library else {}
    if library and name in here:
        return _require_any(name, cast("ByHand", library).drill(here[name]))
    state = backups.state_of(project, stack, progress)
    found = {it.name: it for it in components(state) if it.type == "RestoreDrill"}
    if name not in found:
        known = ", ".join(sorted({*here, *found})) or "none"
        raise ConfigError(f"{stack} has no RestoreDrill {name!r}; there is {known}.")
    drill = StandingDrill(
        name=name, what=f"RestoreDrill {name!r}", own=below(state, name), stack=state["resources"], say=progress.note
    )
    return _require_any(name, backups.by_hand_of(state, found[name]).drill(drill))


def _require_any(name: str, proven: Sequence[Proven]) -> Sequence[Proven]:
    if not proven:
        raise BackupError("missing", f"{name}: it has nothing to restore, so nothing is proven. Run infra-kit up.")
    return proven

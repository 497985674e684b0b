"""The Panels of a stack, and the plan that they show: no part of it, so that what is previewed is what is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra_kit import target
from infra_kit.engine.connections import components
from infra_kit.engine.standing import below, target_of
from infra_kit.providers.common.standing import Standing


def bring(state: Mapping[str, Any], plan: str, say: Callable[[str], None]) -> None:
    """Has the Panels show what the planner says; those of this machine read it where it was left.

    Args:
        state: of the stack, which stands.
        plan: JSON, as `infra_kit.panel.facts.Plan` has it.
        say: tells the user what is being done.

    Raises:
        ToolError: a host does not take it.
    """
    for name in _names(state):
        if module := target.load_panel_plan(target_of(state, name)):
            panel = Standing(what=f"Panel {name!r}", own=below(state, name), stack=state["resources"], say=say)
            module.bring(panel, plan)


def _names(state: Mapping[str, Any]) -> list[str]:
    return [it.name for it in components(state) if it.type == "Panel"]

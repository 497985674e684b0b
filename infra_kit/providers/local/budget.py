"""Budget on this machine: nothing here costs money, so nothing is watched."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.components.budget import BudgetEndpoint, BudgetSpec
from infra_kit.features import Feature
from infra_kit.providers.common import budgets

SUPPORTS: frozenset[Feature] = frozenset()
CAVEATS = ("nothing is billed here: a budget is held against the plan (`infra-kit cost`) alone",)


def create(scope: Scope, spec: BudgetSpec) -> BudgetEndpoint:  # noqa: ARG001  nothing is made
    return budgets.unwatched()

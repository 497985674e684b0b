"""Budget on a VPS: a host costs the same every month, and no API tells its bill, so nothing is watched."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.components.budget import BudgetEndpoint, BudgetSpec
from infra_kit.features import Feature
from infra_kit.providers.common import budgets
from infra_kit.providers.vps import ssh

SUPPORTS: frozenset[Feature] = frozenset()
CAVEATS = ("a host has no bill to watch: a budget is held against the plan (`infra-kit cost`) alone",)


def create(scope: Scope, spec: BudgetSpec) -> BudgetEndpoint:  # noqa: ARG001  nothing is made
    ssh.settings(scope)
    return budgets.unwatched()

"""What a Budget is where there is no bill to watch: it is held against plans alone."""

from __future__ import annotations

import pulumi

from infra_kit.components.budget import BudgetEndpoint


def unwatched() -> BudgetEndpoint:
    return BudgetEndpoint(watched_by=pulumi.Output.from_input(""))

"""What every target's Budget must do."""

from infra_kit import Budget
from infra_kit.components.budget import BudgetEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class BudgetConformance(ComponentConformance):
    component = Budget
    endpoint = BudgetEndpoint
    arguments = {"monthly": 150, "notify": ["ops@example.com"]}
    keeps_data = False
    asks = {}
    variations = {
        "a larger one": {"monthly": 300},
        "other thresholds": {"thresholds": [0.9]},
        "one more address": {"notify": ["cto@example.com", "ops@example.com"]},
    }

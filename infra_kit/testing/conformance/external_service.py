"""What every target's ExternalService must do."""

from infra_kit import ExternalService
from infra_kit.components.external_service import ExternalServiceEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class ExternalServiceConformance(ComponentConformance):
    component = ExternalService
    endpoint = ExternalServiceEndpoint
    arguments = {"vendor": "Sentry", "plan": "Team"}
    keeps_data = False
    asks = {}
    variations = {
        "another plan": {"plan": "Business", "quantity": 2},
        "a price of its own": {"monthly": 26, "currency": "EUR"},
    }

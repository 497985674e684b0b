"""What every target's Network must do."""

from infra_kit import Network, features
from infra_kit.components.network import NetworkEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class NetworkConformance(ComponentConformance):
    component = Network
    endpoint = NetworkEndpoint
    arguments = {"flow_logs": False, "nat": "none"}
    keeps_data = False
    asks = {features.FLOW_LOGS: {"flow_logs": True}}
    variations = {
        "zones": {"zones": 3},
        "nat": {"nat": "single"},
        "nat in each zone": {"nat": "per-zone"},
    }

"""What every target's Config must do."""

from infra_kit import Config
from infra_kit.components.config import ConfigEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class ConfigConformance(ComponentConformance):
    component = Config
    endpoint = ConfigEndpoint
    arguments = {"values": {"database/host": "db.internal"}}
    keeps_data = False
    asks = {}
    variations = {
        "one more value": {"values": {"api/url": "https://api.example.com", "database/host": "db.internal"}},
    }
    links = {"read": Config.link}
    gives = frozenset({"IT_DATABASE_HOST"})

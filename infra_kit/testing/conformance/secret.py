"""What every target's Secret must do."""

from infra_kit import Secret, features
from infra_kit.components.secret import SecretEndpoint
from infra_kit.testing.conformance.suite import ComponentConformance


class SecretConformance(ComponentConformance):
    component = Secret
    endpoint = SecretEndpoint
    secrets = frozenset({"value"})
    asks = {features.ROTATION: {"rotation": "90d"}}
    variations = {
        "given": {"value": "a-value-of-the-tests"},
        "length": {"length": 64},
        "path": {"path": "jwt/secret"},
    }
    links = {"read": Secret.link}
    gives = frozenset({"IT"})
    gives_secret = frozenset({"IT"})

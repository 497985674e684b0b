"""What holds for every component on every target."""

from __future__ import annotations

from infra_kit.testing.conformance.capabilities import CapabilityRules
from infra_kit.testing.conformance.endpoints import EndpointRules
from infra_kit.testing.conformance.linking import LinkRules
from infra_kit.testing.conformance.names import NameRules
from infra_kit.testing.conformance.safety import SafetyRules


class ComponentConformance(EndpointRules, NameRules, SafetyRules, CapabilityRules, LinkRules):
    """Base of the suites. A target's tests say `target`, and what its mocks need."""

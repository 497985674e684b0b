"""ExternalService on every target: it is bought elsewhere, and nothing is made."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.components.external_service import ExternalServiceEndpoint, ExternalServiceSpec
from infra_kit.features import Feature

SUPPORTS: frozenset[Feature] = frozenset()


def create(scope: Scope, spec: ExternalServiceSpec) -> ExternalServiceEndpoint:  # noqa: ARG001  nothing is made
    return ExternalServiceEndpoint(
        vendor=pulumi.Output.from_input(spec.vendor), plan=pulumi.Output.from_input(spec.plan)
    )

"""Secret on this machine: a file that the servers' user alone can read."""

from __future__ import annotations

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.secret import SecretEndpoint, SecretSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.local.resource import SecretFile, server

SUPPORTS = frozenset({features.ROTATION})


def create(scope: Scope, spec: SecretSpec) -> SecretEndpoint:
    file = server(
        scope,
        "file",
        SecretFile,
        value=None if spec.value is None else pulumi.Output.secret(spec.value),
        length=spec.length,
        rotation=spec.rotation,
        environment=scope.environment.value,
        path=spec.path or scope.name,
    )
    return SecretEndpoint(value=file.private["value"], reference=file.public["reference"])


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  the value is all that there is to read
    endpoint: SecretEndpoint = link.to.endpoint
    return endpoint.grant()

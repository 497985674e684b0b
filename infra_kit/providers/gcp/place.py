"""Where a component's resources are: the region and the project of the Pulumi provider that makes them."""

from __future__ import annotations

from typing import Literal

import pulumi
from pulumi_gcp import Provider, organizations

from infra_kit.component import Scope
from infra_kit.errors import SpecError


def region(scope: Scope) -> pulumi.Output[str]:
    """The region, for what cannot be made without naming one. The provider is asked only where it does not say."""
    return _known(scope, "region", "infra-kit:region: europe-west1")


def project(scope: Scope) -> pulumi.Output[str]:
    """The project, likewise."""
    return _known(scope, "project", "infra-kit:gcp: {project: shop-production}")


def _known(scope: Scope, what: Literal["region", "project"], example: str) -> pulumi.Output[str]:
    provider = scope.parent.get_provider("gcp:index:Provider")
    said = getattr(provider, what) if isinstance(provider, Provider) else pulumi.Output.from_input(None)

    def checked(found: str | None) -> str:
        if not found:
            raise SpecError(f"{scope.what}: no {what} is known. Say one, e.g. {example}.")
        return found

    def configured() -> pulumi.Output[str]:
        client = organizations.get_client_config_output(opts=scope.invoke)
        return pulumi.Output.from_input(getattr(client, what)).apply(checked)

    known: pulumi.Output[str] = said.apply(lambda found: found or configured())
    return known

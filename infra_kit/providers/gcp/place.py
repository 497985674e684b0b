"""Where a component's resources are: the region and the project of the Pulumi provider that makes them."""

from __future__ import annotations

import pulumi
from pulumi_gcp import Provider, organizations

from infra_kit.component import Scope
from infra_kit.errors import SpecError


def region(scope: Scope) -> pulumi.Output[str]:
    """The region, for what cannot be made without naming one. The provider is asked only where it does not say."""
    provider = scope.parent.get_provider("gcp:index:Provider")
    said = provider.region if isinstance(provider, Provider) else pulumi.Output.from_input(None)
    return said.apply(lambda found: found or _configured(scope))


def _configured(scope: Scope) -> pulumi.Output[str]:
    client = organizations.get_client_config_output(opts=pulumi.InvokeOutputOptions(parent=scope.parent))
    return client.region.apply(lambda found: _known(scope, found))


def _known(scope: Scope, found: str | None) -> str:
    if not found:
        raise SpecError(
            f"{type(scope.parent).__name__} {scope.name!r}: no region is known. Say one, e.g. "
            "infra-kit:region: europe-west1."
        )
    return found

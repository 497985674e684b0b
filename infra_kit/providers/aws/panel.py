"""Panel on AWS: there is none. The cloud has a console of its own, behind a login of its own, which shows what a panel
would. A page of ours beside it would be one more login to guard, with the right to read all secrets."""

from __future__ import annotations

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.panel import PanelEndpoint, PanelSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature

SUPPORTS: frozenset[Feature] = frozenset()
HINTS = {features.DOMAINS: "there is no panel on AWS; its own console has an address"}
CAVEATS = (
    "there is no panel, and one is refused: the cloud's own console shows what stands, behind its own login. Alerts "
    "and a Dashboard tell the rest, and `infra-kit plan` what it costs",
)


def create(scope: Scope, spec: PanelSpec) -> PanelEndpoint:
    """Raises `SpecError`: there would be one more login, in front of what the cloud's console guards already."""
    raise SpecError(
        f"{scope.what}: of: {spec.of[0].name!r} is on AWS, whose own console shows it. Leave the Panel out: a "
        "Dashboard and Alerts are there, and `infra-kit plan` tells cost and phases; or have the Panel on another "
        "target, for what stands there."
    )

"""How much a secret of a cloud holds."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.errors import SpecError

MOST_BYTES = 65_536
"""Of aws and of gcp (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html,
https://cloud.google.com/secret-manager/quotas)."""


def fitting(scope: Scope, field: str, text: pulumi.Output[str], way_out: str) -> pulumi.Output[str]:
    """The text, once it is known to fit into a secret. Raises `SpecError` where it does not.

    Args:
        scope: the component's.
        field: what of the component it is made of.
        text: what the secret is to hold.
        way_out: what to do where it is too much.
    """
    return text.apply(lambda known: _checked(scope, field, known, way_out))


def _checked(scope: Scope, field: str, text: str, way_out: str) -> str:
    if (size := len(text.encode())) > MOST_BYTES:
        raise SpecError(f"{scope.what}: {field}: {size} bytes in all, and a secret holds {MOST_BYTES}. {way_out}")
    return text

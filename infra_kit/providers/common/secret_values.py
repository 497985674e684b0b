"""The value of a Secret: given, or generated."""

from __future__ import annotations

import pulumi
import pulumi_random as random

from infra_kit.component import Scope
from infra_kit.components.secret import SecretSpec
from infra_kit.providers.common.rotation import keepers


def value(scope: Scope, spec: SecretSpec) -> pulumi.Output[str]:
    """Secret. A generated one is the child `value`: guarded like data, for no program makes it again. One with a
    `rotation` is made to go, and is not."""
    if spec.value is not None:
        return pulumi.Output.secret(spec.value)
    generated = scope.resource(
        "value",
        random.RandomPassword,
        stateful=spec.rotation is None,
        length=spec.length,
        special=False,
        keepers=keepers(spec.rotation),
    )
    return pulumi.Output.secret(generated.result)

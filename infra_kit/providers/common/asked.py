"""What was asked for, told from what is only a default."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.spec import Model


def refuse_or_say(scope: Scope, options: Model, field: str, text: str) -> None:
    """Refuses what was asked and cannot be had; of a default, the plan says it."""
    if getattr(options, field) != type(options).model_fields[field].default:
        raise SpecError(text)
    pulumi.log.info(text, scope.parent)


def say_if_given(scope: Scope, options: Model, field: str, text: str) -> None:
    """Of what was asked and has no meaning here, the plan says so; where it was not, nothing is to be said."""
    if field in options.model_fields_set:
        pulumi.log.info(text, scope.parent)

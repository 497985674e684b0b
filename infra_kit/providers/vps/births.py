"""What is as it was when a component was made: names by which its data is found again."""

from __future__ import annotations

import pulumi
import pulumi_random as random

from infra_kit.component import Scope


def born_as(scope: Scope, role: str, text: str) -> pulumi.Output[str]:
    """The text that a child `role` was made with, whatever it would be since the component was renamed, or its
    environment or application is another. The child is there for its memory alone, not for what is random in it."""
    born = scope.resource(role, random.RandomId, byte_length=1, prefix=text, ignore_changes=["prefix"])
    return born.prefix.apply(str)

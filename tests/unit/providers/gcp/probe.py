"""Whoever uses an address waits for what its client needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pulumi
import pulumi_random as random

from infra_kit.testing import record

Make = Callable[[], pulumi.Output[str]]


def waits_for(make: Make, config: Mapping[str, str]) -> set[str]:
    """The names of what stands before a resource that is made of the output."""

    def program() -> None:
        random.RandomPassword("probe", length=8, keepers={"it": make()})

    made = record(program, config=config)
    return {resource.name for resource in made.resources if resource.urn in made.named("probe").options.depends_on}

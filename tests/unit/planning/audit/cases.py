"""Cases of the audit's rules: a program in which a rule finds something, and its twin in which that is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws
import pulumi_docker
import pulumi_gcp

from infra_kit.recording import sdk

SDKS = (pulumi_aws, pulumi_docker, pulumi_gcp)
"""Loaded, so that the classes of their types are known."""
Program = Callable[[], object]
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """What a rule is shown of a type."""

    rule: str
    type: str
    wrong: Program
    right: Program
    settings: Arguments = field(default_factory=dict)
    """Laid over the stack's configuration."""

    def __str__(self) -> str:
        return f"{self.rule}-{self.type.rpartition(':')[2] or self.type}"


def made(type_: str, arguments: Arguments, name: str = "raw") -> Program:
    """One resource, by the class that its SDK has for it."""
    return lambda: sdk.classes(type_)[0](name, **arguments)


def cases(
    rule: str, *types: str, wrong: Arguments, right: Arguments, needs: Mapping[str, Arguments] | None = None
) -> Iterator[Case]:
    """One for each type.

    Args:
        needs: by type, what it must have beside what the rule looks at.
    """
    for type_ in types:
        base = (needs or {}).get(type_, {})
        yield Case(rule, type_, made(type_, {**base, **wrong}), made(type_, {**base, **right}))


PROTECTED = {"opts": pulumi.ResourceOptions(protect=True)}

"""The phases of the products in stacks/, each planned once as `infra-kit phases` plans it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from infra_kit.engine.project import Project
from infra_kit.planning.phases import Description, descriptions
from infra_kit.planning.programs import Planned, plan

PROJECT = Project.find(Path(__file__))
SYSTEMS = ("cuenta-conmigo", "founder-diary", "nomadshift", "vina-santa-cruz", "zuclubit")


@cache
def described(system: str) -> Mapping[str, Description]:
    """The phases of a system, in their order."""
    return descriptions(PROJECT, system)


@cache
def planned(system: str, phase: str) -> Planned:
    """Plans are only read, so that tests may share them."""
    found = described(system)[phase]
    return plan(PROJECT, found.stack, [f"infra-kit:phase={phase}", *found.settings])

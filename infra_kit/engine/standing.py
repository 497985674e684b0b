"""Components in a stack's state: what belongs to one, and which target made it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit import target
from infra_kit.engine.connections import COMPONENT
from infra_kit.engine.operations import component_of
from infra_kit.engine.recovery import LOCAL
from infra_kit.errors import ConfigError, TargetError
from infra_kit.providers.common.standing import Resource

STEP = "command:"
"""Types of what is only done, whatever the target."""


def below(state: Mapping[str, Any], name: str) -> list[Resource]:
    """The resources of a component itself: not those of the components within it."""
    return [it for it in state["resources"] if component_of(it) == name and not it["type"].startswith(COMPONENT)]


def own(state: Mapping[str, Any], name: str) -> list[Resource]:
    """They, and of what has nothing but steps, what those are done to: a Dashboard's, to the Grafana of its host."""
    found = below(state, name)
    if not all(it["type"].startswith(STEP) for it in found):
        return found
    wanted = {urn for it in found for urn in needed(it)}
    return [*found, *(it for it in state["resources"] if it["urn"] in wanted)]


def needed(resource: Resource) -> set[str]:
    """The resources whose outputs it is made of."""
    return {urn for urns in (resource.get("propertyDependencies") or {}).values() for urn in urns}


def target_of(state: Mapping[str, Any], name: str) -> str:
    """The target that made a component, by the Pulumi package of what it has. Raises `ConfigError`."""
    types = {it["type"] for it in own(state, name)}
    if any(it.startswith(LOCAL) for it in types):
        return "local"
    packages = {it.partition(":")[0] for it in types}
    for known in target.packages():
        if _package(known) in packages:
            return known
    raise ConfigError(f"{name}: none of the targets that are installed here made it. Reach it as whoever made it says.")


def _package(name: str) -> str | None:
    try:
        package: str | None = getattr(target.package(name), "PULUMI_PACKAGE", None)
    except TargetError:
        return None
    return package

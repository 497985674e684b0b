"""Where a component stands: the provider that makes it, the network it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi

from infra_kit import _program
from infra_kit.errors import SpecError
from infra_kit.target import ResolvedTarget

if TYPE_CHECKING:
    from infra_kit.component import Component
    from infra_kit.components.network import Network


def with_providers(
    program: _program.Program, target: ResolvedTarget, opts: pulumi.ResourceOptions | None
) -> pulumi.ResourceOptions | None:
    """The user's own provider, by the options or from the parent; where there is none, the target's are made."""
    program.check_key(target)
    package = target.pulumi_package
    if package and chosen(package, opts or pulumi.ResourceOptions()):
        return opts
    ours = program.providers_of(target)
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(providers=list(ours)), opts) if ours else opts


def chosen(package: str, opts: pulumi.ResourceOptions) -> pulumi.ProviderResource | None:
    """The provider that the user chose, by the options or through the parent: one made for a target is no choice."""
    several = opts.providers.values() if isinstance(opts.providers, Mapping) else opts.providers or ()
    own: list[pulumi.ProviderResource] = [it for it in (opts.provider, *several) if it and it.package == package]
    if own:
        return own[0]
    inherited = opts.parent.get_provider(f"{package}:index:It") if opts.parent else None
    return None if _program.current().made(inherited) else inherited


def check_network(kind: str, name: str, target: ResolvedTarget, network: Network | None) -> None:
    if network and network.target.place != target.place:
        raise SpecError(
            f"{kind} {name!r}: network: given a Network on {place(network.target)}, and this {kind} is on "
            f"{place(target)}. Give it a network of its own target, or leave network out for the target's default."
        )


def check_near(what: str, here: ResolvedTarget, other: Component[Any, Any], field: str, way_out: str) -> None:
    if other.stands_already or other.target.is_on_the_internet or other.target.place == here.place:
        return
    raise SpecError(
        f"{what}: {field}: {type(other).__name__} {other.name!r} is on {place(other.target)}, and this one is on "
        f"{place(here)}: no network leads from here to there. Place both on one target{way_out}."
    )


def apart(what: str, here: ResolvedTarget, other: Component[Any, Any]) -> SpecError:
    return SpecError(
        f"{what}: it is on {here.name!r}, and {type(other).__name__} {other.name!r} is on {other.target.name!r}: there "
        "is no way to join the two directly. Place both on one target."
    )


def place(target: ResolvedTarget) -> str:
    return f"{target.name} ({target.region})" if target.region else target.name

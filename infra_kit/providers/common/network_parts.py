"""What all components of a network share, and users do not make: a cluster, a way in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

from infra_kit.component import Component, E, S, Scope
from infra_kit.naming import MAX_LENGTH, fit

if TYPE_CHECKING:
    from infra_kit.components.network import Network
    from infra_kit.target import Target


class NetworkPart(Component[S, E]):
    """Nothing is asked of it but where it is."""

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, {}, target=target, network=network, overrides=None, opts=opts)


P = TypeVar("P", bound=NetworkPart[Any, Any])


def of(scope: Scope, make: type[P], role: str, short: str = "") -> P:
    """The part of the network that a component stands in, made on first need.

    Args:
        scope: of the component.
        make: the part's class.
        role: its name in the target's own network.
        short: what its name begins with in a network that the user made. Default: `role`.
    """
    chosen = scope.chosen_network
    name = f"{short or role}-{fit(chosen.name, MAX_LENGTH // 2)}" if chosen else role
    return scope.shared(partial(make, network=chosen), name)

"""Programs in which a service is linked to what stands in its own network, or in another one, on a cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra_kit import Network, Service, Target

Program = Callable[[], None]


def in_two_networks(make: Callable[..., Any], image: str) -> Program:
    def program() -> None:
        it = make("it", network=Network("one"))
        Service("api", image=image, network=Network("two"), links=[it.link()])

    return program


def on_two_targets(make: Callable[..., Any], image: str, target: str) -> Program:
    def program() -> None:
        it = make("it", target=Target(name=target, alias="two"))
        Service("api", image=image, links=[it.link()])

    return program


def on_two_targets_in_one_network(make: Callable[..., Any], image: str, target: str) -> Program:
    def program() -> None:
        one = Network("one")
        it = make("it", target=Target(name=target, alias="two"), network=one)
        Service("api", image=image, network=one, links=[it.link()])

    return program

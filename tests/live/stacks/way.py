"""A product's way to its next phase and back, in place, with all that it holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from infra_kit.commands.exit_codes import REFUSED
from tests.live.stacks.product import Product
from tests.live.stacks.stores import KEPT, Store, stores

MOST_GB = 4
"""What a laptop has for one of them."""


@dataclass(frozen=True)
class Way:
    """What a product said of itself in its first phase, and what it was given to keep then."""

    product: Product
    phase: str
    told: Mapping[str, Any]
    servers: Collection[str]
    held: Mapping[str, Store]
    path: str
    """Of its edge, where it is well."""

    @classmethod
    def begins(cls, product: Product, path: str) -> Way:
        held = stores(product)
        for store in held.values():
            store.put()
        begun = cls(product, product.phase, product.outputs, set(product.servers()), held, path)
        begun.stands()
        return begun

    def there(self, phase: str) -> None:
        """By one line of its file and an `up`. What there was, is there."""
        self.product.enter(phase)
        assert (up := self.product.try_up()).returncode == 0, up.stderr
        assert {name: self.product.outputs[name] for name in self.told} == self.told
        assert set(self.product.servers()) >= set(self.servers)
        self.stands()

    def back(self, *, gives_up: Collection[str] = ()) -> None:
        """
        Args:
            gives_up: all that holds data and was not there before: what has to be named, and no more.
        """
        product = self.product
        ahead = product.run("transition", "--stack", product.stack, "--set", f"infra-kit:phase={self.phase}")
        named = re.findall("--allow-delete ([a-z-]+)", ahead.stderr)
        assert ahead.returncode == (REFUSED if gives_up else 0), ahead.stderr
        assert set(named) == set(gives_up), ahead.stderr
        product.enter(self.phase)
        up = product.try_up(*(argument for name in gives_up for argument in ("--allow-delete", name)))
        assert up.returncode == 0, up.stderr
        assert (product.outputs, set(product.servers())) == (self.told, set(self.servers))
        self.stands()

    def stands(self) -> None:
        """All that it holds is where it was said to be first, and it answers there."""
        assert {name: store.get() for name, store in self.held.items()} == dict.fromkeys(self.held, KEPT)
        assert self.product.runs()
        assert httpx.get(f"{self.told['url']}{self.path}", verify=False, timeout=60).status_code == 200  # noqa: S501
        assert self.product.memory_gb() < MOST_GB

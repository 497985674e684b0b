"""A project that is up, lent to one test after the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from tests.shop import Shop


@dataclass
class Standing:
    """A test that does not leave the project as it got it costs the next one a fresh project.

    Args:
        opens: a project that is up, until it is left.
    """

    opens: Callable[[], AbstractContextManager[Shop]]
    _open: ExitStack = field(default_factory=ExitStack)
    _shop: Shop | None = None
    _whole: object = None

    def lend(self) -> Shop:
        if self._shop is None or _looks(self._shop) != self._whole:
            self.close()
            self._shop = self._open.enter_context(self.opens())
            self._whole = _looks(self._shop)
        return self._shop

    def close(self) -> None:
        self._shop = None
        self._open.close()


def _looks(shop: Shop) -> object:
    servers = {name: (server.running, server.address) for name, server in shop.servers().items()}
    return servers, (shop.root / "program" / "__main__.py").read_text(), sorted((shop.home / shop.stack).glob("*"))

"""What is known once the program has been read: others say it after the resource that needs it was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import pulumi

from infra_kit.errors import InfraKitError

T = TypeVar("T")


class Gathered(Generic[T]):
    """Things that a resource is made of and that come after it, e.g. the gateways that lead to a service."""

    def __init__(self, what: str) -> None:
        """
        Args:
            what: in the plural, as an error names them.
        """
        self._what = what
        self._found: list[T] = []
        self._is_read = False

    def add(self, one: T) -> None:
        """Raises `InfraKitError` where the program has ended already: in an `apply`."""
        if self._is_read:
            raise InfraKitError(f"{self._what} are made while the program is read, not inside an apply: move it out.")
        self._found.append(one)

    def then(self, use: Callable[[Sequence[T]], Any]) -> pulumi.Output[Any]:
        """What becomes of all of them."""

        async def read() -> Any:
            self._is_read = True
            return use(self._found)

        return pulumi.Output.from_input(read())

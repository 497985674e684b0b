"""Failover: two edges of the same names, of which one stands by."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, TypedDict, Unpack

from pydantic import model_validator

from infra_kit.patterns import longest_first, within
from infra_kit.spec import Options
from infra_kit.texts import RequestPath


class FailoverOptions(TypedDict, total=False):
    """The options of a `Failover`."""

    check: str


class Failover(Options):
    """Which of two edges of the same names this is: `Failover("primary")`, and `Failover("secondary")` of the other."""

    role: Literal["primary", "secondary"]
    """Names lead to the primary, and to the secondary as long as that is not well."""
    check: RequestPath | None = None
    """What the primary is asked for from outside, every 30 seconds by HTTPS. Default: `/health`. The secondary is not
    asked."""

    def __init__(self, role: Literal["primary", "secondary"], **options: Unpack[FailoverOptions]) -> None:
        super().__init__(role=role, **options)

    @model_validator(mode="after")
    def _check(self) -> Failover:
        if self.check is not None and self.role == "secondary":
            raise ValueError("check: the secondary is not asked; say it of the primary")
        return self

    @property
    def path(self) -> str:
        """What the primary is asked for."""
        return self.check or "/health"

    def check_asked(self, domains: Collection[str], routes: Collection[str], open_: Collection[str]) -> None:
        """Holds it to the edge that it is of.

        Args:
            domains: the edge's names.
            routes: the patterns of its routes.
            open_: those of the routes that need no token.

        Raises:
            ValueError: it has no names, or the primary would never be well.
        """
        if not domains:
            raise ValueError("failover: names are what fails over; say domains, and zones=[Domain(…)]")
        answering = next((pattern for pattern in longest_first(routes) if within(self.path, pattern)), None)
        if self.role == "primary" and answering not in open_:
            why = f"routes.{answering} answers, which needs a token" if answering else "none of routes answers"
            raise ValueError(
                f"failover: check: the primary is asked for {self.path}, and {why}, so it would never be well; say a "
                "path that is answered 200 without one: Failover('primary', check='/status')"
            )

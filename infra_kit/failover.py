"""Failover: two edges of the same names, of which one stands by."""

from __future__ import annotations

from typing import Literal, TypedDict, Unpack

from pydantic import model_validator

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

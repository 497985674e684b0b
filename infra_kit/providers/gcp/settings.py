"""The options of Google Cloud that a stack sets under `infra-kit:gcp`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from infra_kit.providers.common.relay import Relay
from infra_kit.settings import Settings
from infra_kit.texts import matching

BillingAccount = Annotated[
    str,
    matching(r"[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}", "a billing account's id is needed, e.g. '012345-6789AB-CDEF01'"),
]


class GcpSettings(Settings):
    connect: bool = False
    """Make what `infra-kit connect` needs to lead from outside to what is private: see `tunnel.py`. It costs nothing
    while nobody connects."""
    project: str | None = None
    """The project's id. Default: Pulumi's own (`gcp:project`, the environment)."""
    billing_account: BillingAccount | None = Field(default=None, examples=["000000-000000-000000"])
    """Who pays, e.g. `012345-6789AB-CDEF01`: a `Budget` is kept there. Default: none, a `Budget` is refused."""
    smtp: Relay | None = Field(default=None, examples=[{"host": "smtp.example", "username": "EXAMPLE"}])
    """By what a `Mailer` sends. Default: none, a `Mailer` is refused."""

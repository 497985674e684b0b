"""ExternalService: what a product pays to somebody else, beside its infrastructure: a line of its bill."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Literal, Protocol, TypedDict, Unpack

import pulumi
from pydantic import Field

from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.spec import Spec
from infra_kit.target import Target
from infra_kit.texts import matching

Currency = Literal["USD", "EUR"]
Words = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9 .&+()/-]{0,59}", "a name in letters and digits is needed, e.g. 'Sentry'")
]


class ExternalServiceSpec(Spec):
    """What is paid for."""

    vendor: Words
    """Who is paid: `Sentry`, `MongoDB Atlas`."""
    plan: Words = "standard"
    """What is bought there, in the vendor's words: `Team`, `M10`."""
    quantity: float = Field(default=1, gt=0)
    """How many of what the price is for: seats, clusters, domains, GB, millions of requests."""
    monthly: float | None = Field(default=None, ge=0)
    """What one of them costs a month, without tax, as the vendor's page or the contract says. Default: what the
    planner's price book has for the plan; a plan that it does not have is unpriced, and counted as that."""
    currency: Currency = "USD"
    """Of `monthly`."""
    protocol: str | None = Field(default=None, min_length=1)
    """The open protocol by which it is spoken to, if it is one that others speak too: `postgres`, `redis`, `mongodb`,
    `s3`, `nats`, `smtp`, `oidc`. Default: none, leaving it means other code."""

    @property
    def sku(self) -> str:
        """What the planner's price book calls it: `mongodb-atlas/m10`."""
        return "/".join(part.lower().replace(" ", "-") for part in (self.vendor, self.plan))


class ExternalServiceArgs(TypedDict, total=False):
    """The arguments of `ExternalService`: see `ExternalServiceSpec`."""

    vendor: str
    plan: str
    quantity: float
    monthly: float | None
    currency: Currency
    protocol: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExternalServiceEndpoint:
    """What it is."""

    vendor: pulumi.Output[str]
    plan: pulumi.Output[str]
    native: object = None
    """There are no handles: nothing is made."""


class ExternalServiceDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: ExternalServiceSpec) -> ExternalServiceEndpoint: ...


class ExternalService(Component[ExternalServiceSpec, ExternalServiceEndpoint]):
    """Something that is bought elsewhere. It makes nothing on any target; `infra-kit cost` and `plan` count it."""

    KIND = "external_service"
    SPEC = ExternalServiceSpec
    vendor: pulumi.Output[str]
    plan: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[ExternalServiceArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

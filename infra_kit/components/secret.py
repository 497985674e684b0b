"""Secret: a value that only the target's mechanism for secrets holds: given, or generated."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import ConfigDict, Field, model_validator

from infra_kit import features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.durations import Duration
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Spec
from infra_kit.target import Target
from infra_kit.workloads import Text, Value

Access = Literal["read"]


class SecretSpec(Spec):
    """What a secret is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    value: Text | None = None
    """What it holds, taken as a secret whether it is one or not. Default: generated."""
    length: int = Field(default=32, ge=16, le=256)
    """Letters and digits of a generated one. Another length is another value: it is refused as a loss of data is."""
    rotation: Duration | None = None
    """After that a generated one is made anew, by the next `up` (seeds/001: 90 d). Default: never. One that was kept
    for good may be made anew at once: it is refused as a loss of data is."""
    path: str | None = Field(default=None, pattern=r"^[a-z0-9_-]+(/[a-z0-9_-]+){0,10}$", max_length=200)
    """What it is called in the target's store, below the environment: `jwt/secret` is `/production/jwt/secret`
    (seeds/000). Default: the component's name."""

    @model_validator(mode="after")
    def _check(self) -> SecretSpec:
        if self.value is not None and self.length != type(self).model_fields["length"].default:
            raise ValueError("length: only a generated secret has one; leave it out, or value")
        if self.value is not None and self.rotation:
            raise ValueError(
                "rotation: only a generated secret can be made anew; leave value out, or change it yourself"
            )
        return self

    def features(self) -> frozenset[Feature]:
        return frozenset({features.ROTATION} if self.rotation else ())

    def without(self, feature: Feature) -> SecretSpec:
        return self.replace(rotation=None) if feature == features.ROTATION else super().without(feature)


class SecretArgs(TypedDict, total=False):
    """The arguments of `Secret`: see `SecretSpec`."""

    value: Value | None
    length: int
    rotation: str | None
    path: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class SecretEndpoint:
    """What it is, and where it is kept."""

    value: pulumi.Output[str]
    """Secret."""
    reference: pulumi.Output[str]
    """Where it is kept: a file (local, vps), an ARN (aws), a secret's full name (gcp)."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, **more: Any) -> Grant:
        """As the variable of a link: see `Secret.link`, and `Grant` for the rest."""
        return Grant(variables={}, secrets={"": self.value}, **more)


class SecretDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: SecretSpec) -> SecretEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Secret(Component[SecretSpec, SecretEndpoint]):
    """A secret value, kept by the target and read by what is linked to it."""

    KIND = "secret"
    SPEC = SecretSpec
    value: pulumi.Output[str]
    reference: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[SecretArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def link(self, access: Access = "read", *, name: str | None = None) -> Link:
        """To read it. Gives one variable, `<NAME>`, which holds the value.

        Args:
            access: `read`, the only one there is.
            name: what the variable is called. Default: the component's name in capitals.
        """
        return links.make(self, [access], get_args(Access), name=name)

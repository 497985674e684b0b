"""Config: a tree of plain parameters, kept by the target and read by what is linked to it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import ConfigDict, Field, model_validator

from infra_kit import links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.links import Grant, Link
from infra_kit.spec import Spec
from infra_kit.target import Target
from infra_kit.texts import matching
from infra_kit.workloads import Text, Value, no_secret

Key = Annotated[
    str,
    matching(r"[a-z0-9_-]+(/[a-z0-9_-]+){0,10}", "a path of lower-case words is needed, e.g. 'database/host'"),
]


Access = Literal["read"]


class ConfigSpec(Spec):
    """What is to be kept."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    values: Mapping[Key, Text] = Field(min_length=1)
    """By path below the environment: `database/host` is `/production/database/host` (seeds/000). A secret among them is
    refused: it belongs into a `Secret`."""

    @model_validator(mode="after")
    def _check(self) -> ConfigSpec:
        for key in self.values:
            inner = sorted(other for other in self.values if other.startswith(f"{key}/"))
            if inner:
                raise ValueError(
                    f"values: {key} is a value, and {inner[0]} is below it; a path is the one or the other"
                )
        names = Counter(map(_ending, self.values))
        for ending, times in names.items():
            if times > 1:
                same = " and ".join(key for key in self.values if _ending(key) == ending)
                raise ValueError(f"values: {same} would be one variable, …_{ending}; rename one")
        return self

    @property
    def variables(self) -> dict[str, pulumi.Input[str]]:
        """The values by what a link's variable ends with: `database/host` is `DATABASE_HOST`."""
        return {_ending(key): value for key, value in self.values.items()}


def _ending(key: str) -> str:
    return links.variable(key.replace("/", "-"))


class ConfigArgs(TypedDict, total=False):
    """The arguments of `Config`: see `ConfigSpec`."""

    values: Mapping[str, Value]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConfigEndpoint:
    """Where the values are kept."""

    references: pulumi.Output[dict[str, str]]
    """By path, where each is: a file (local, vps), a parameter's name (aws, gcp)."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class ConfigDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: ConfigSpec) -> ConfigEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Config(Component[ConfigSpec, ConfigEndpoint]):
    """Plain parameters, one tree an environment."""

    KIND = "config"
    SPEC = ConfigSpec
    references: pulumi.Output[dict[str, str]]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[ConfigArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def _create(self, driver: ConfigDriver, scope: Scope) -> ConfigEndpoint:
        checked = {
            key: no_secret(scope, f"values.{key}", value, "Keep it in a Secret: Secret(…, value=…)")
            for key, value in self.spec.values.items()
        }
        self.spec = self.spec.replace(values=checked)
        return driver.create(scope, self.spec)

    def link(self, access: Access = "read", *, name: str | None = None) -> Link:
        """To read them. Gives a variable a value: `database/host` is `<NAME>_DATABASE_HOST`.

        Args:
            access: `read`, the only one there is.
            name: what the variables begin with. Default: the component's name in capitals.
        """
        return links.make(self, [access], get_args(Access), name=name)

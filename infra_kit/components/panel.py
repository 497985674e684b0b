"""Panel: a web page for an environment: how its components stand, how to reach them, what it costs, what comes next."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol, TypedDict, Unpack

import pulumi
from pydantic import ConfigDict, Field, InstanceOf, PlainValidator, model_validator

from infra_kit import features
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.domain import Domain, check_zones
from infra_kit.features import Feature
from infra_kit.given import a_component, check_made_here
from infra_kit.spec import Items, Spec
from infra_kit.target import Target
from infra_kit.texts import Domains, matching, without_wildcards
from infra_kit.web_links import WebLink
from infra_kit.workloads import Value

Title = Annotated[str, Field(min_length=1, max_length=40)]
Username = Annotated[
    str, matching(r"[A-Za-z0-9._@-]{1,64}", "a name of letters, digits and '._@-' is needed, e.g. 'admin'")
]


class PanelSpec(Spec):
    """What is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    of: Items[Annotated[Component[Any, Any], PlainValidator(a_component)]] = Field(min_length=1)
    """The components on the page, in this order: how each stands, where it is, what opens it, its credentials masked.
    Of Alerts, what is firing; of a Backup and a RestoreDrill, when they last went well."""
    links: Mapping[Title, WebLink] = Field(default_factory=dict)
    """Consoles of your own, by what they are called: `{"Directus": "https://cms.example.com"}`. What is shown and has a
    web address is linked by itself."""
    username: Username = "admin"
    """Of its only user. The password is generated: `infra-kit show <panel> password`."""
    domains: Domains = ()
    """The names under which it is published, by TLS. Default: none; on a laptop it is at 127.0.0.1, and on a VPS
    `infra-kit connect` leads to it."""
    zones: Items[InstanceOf[Domain]] = ()
    """The `Domain`s in which the records of `domains` are made. Default: you set them."""

    @model_validator(mode="after")
    def _check(self) -> PanelSpec:
        names = [component.name for component in self.of]
        if len(set(names)) < len(names):
            raise ValueError("of: each component stands once")
        if len(without_wildcards(self.domains)) < len(self.domains):
            raise ValueError("domains: a panel has whole names, without '*'")
        check_zones(self.domains, self.zones)
        return self

    def features(self) -> frozenset[Feature]:
        return frozenset({features.DOMAINS} if self.domains else ())

    def without(self, feature: Feature) -> PanelSpec:
        return self.replace(domains=(), zones=()) if feature == features.DOMAINS else super().without(feature)


class PanelArgs(TypedDict, total=False):
    """The arguments of `Panel`: see `PanelSpec`."""

    of: Sequence[Component[Any, Any]]
    links: Mapping[str, Value]
    username: str
    domains: Sequence[str]
    zones: Sequence[Domain]


@dataclasses.dataclass(frozen=True, kw_only=True)
class PanelEndpoint:
    """How to log in."""

    url: pulumi.Output[str]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    """Secret. The panel itself has only its hash."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""


class PanelDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: PanelSpec) -> PanelEndpoint: ...


class Panel(Component[PanelSpec, PanelEndpoint]):
    """A page with the state of an environment, for whoever runs it."""

    KIND = "panel"
    SPEC = PanelSpec
    url: pulumi.Output[str]
    username: pulumi.Output[str]
    password: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[PanelArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def _create(self, driver: Any, scope: Scope) -> PanelEndpoint:
        check_made_here(scope, "of", self.spec.of, "a Panel", ", or link its console: links={'…': 'https://…'}.")
        return super()._create(driver, scope)

"""Mailer: sends e-mail of one domain, by SMTP on every target."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypedDict, Unpack, get_args

import pulumi
from pydantic import ConfigDict, InstanceOf, model_validator

from infra_kit import connection_urls, features, links, texts
from infra_kit.alert_rules import Email
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.domain import Domain, check_zones
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Items, Spec
from infra_kit.target import Target

Access = Literal["send"]
Policy = Literal["none", "quarantine", "reject"]
"""What receivers do with mail of the domain that is not signed for it (https://www.rfc-editor.org/rfc/rfc7489#section-6.3)."""

SCHEMES = {"smtp": 587, "smtps": 465}
"""Of a URL, each with its port: STARTTLS, or TLS from the first byte (https://www.rfc-editor.org/rfc/rfc8314#section-3.3)."""


class MailerSpec(Spec):
    """What is asked for."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    domain: texts.Domain
    """Whom mail is from: addresses of this domain, and of no other. One that is used for nothing else keeps its
    reputation to itself: `mail.shop.example`."""
    sender: Email | None = None
    """What the variable `<NAME>_SENDER` tells a program. Default: `no-reply@<domain>`."""
    zones: Items[InstanceOf[Domain]] = ()
    """Where the domain is, which has all records made that mail needs. Default: they are told, in `records`."""
    dmarc: Policy = "quarantine"
    """What others do with mail that only pretends to be from the domain. Begin with `none` where mail is sent from
    elsewhere too, until the reports show no more of it."""
    dmarc_reports: Items[Email] = ()
    """Who gets the reports of those others."""
    feedback: Items[Email] = ()
    """Who is told of each mail that came back, and each that somebody called spam."""

    @model_validator(mode="after")
    def _check(self) -> MailerSpec:
        if self.domain.startswith("*"):
            raise ValueError(f"domain: given {self.domain!r}; mail is from one domain: leave '*.' out")
        if not self.address.endswith(f"@{self.domain}"):
            raise ValueError(
                f"sender: given {self.sender!r}; mail is from {self.domain} alone, e.g. 'shop@{self.domain}'"
            )
        check_zones([self.domain], self.zones)
        return self

    @property
    def address(self) -> str:
        """Whom mail is from, where the program says nobody."""
        return self.sender or f"no-reply@{self.domain}"

    def features(self) -> frozenset[Feature]:
        return frozenset({features.BOUNCE_REPORTS} if self.feedback else ())

    def without(self, feature: Feature) -> MailerSpec:
        return self.replace(feedback=()) if feature == features.BOUNCE_REPORTS else super().without(feature)


class MailerArgs(TypedDict, total=False):
    """The arguments of `Mailer`: see `MailerSpec`."""

    domain: str
    sender: str | None
    zones: Sequence[Domain]
    dmarc: Policy
    dmarc_reports: Sequence[str]
    feedback: Sequence[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class MailerEndpoint:
    """How mail is handed over, and what the domain's DNS says of it."""

    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    """Secret."""
    security: pulumi.Output[str]
    """`starttls`: it begins in clear and goes over to TLS; `tls`: from the first byte; `none`: on this machine."""
    sender: pulumi.Output[str]
    url: pulumi.Output[str]
    """`smtp://…`, or `smtps://…` where it is `tls`. Secret."""
    records: pulumi.Output[list[str]]
    """What the domain's DNS needs (SPF, DKIM, DMARC), as lines of a zone file: made in `zones`, else to be set. None on
    local."""
    inbox: pulumi.Output[str | None]
    """The page that shows what was sent (local); elsewhere None."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, **more: Any) -> Grant:
        """As the variables of a link: see `Mailer.link`, and `links.grant` for the rest."""
        plain = ("host", "port", "username", "security", "sender")
        return links.grant(self, plain=plain, secret=("password", "url"), **more)


class MailerDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: MailerSpec) -> MailerEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class Mailer(Component[MailerSpec, MailerEndpoint]):
    """Sends the mail of one domain, signed so that others believe it."""

    KIND = "mailer"
    SPEC = MailerSpec
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    security: pulumi.Output[str]
    sender: pulumi.Output[str]
    url: pulumi.Output[str]
    records: pulumi.Output[list[str]]
    inbox: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[MailerArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

    def link(self, access: Access = "send", *, name: str | None = None) -> Link:
        """To send by it, as a user of the user's own where the target knows users.

        Gives `<NAME>_URL`, `_HOST`, `_PORT`, `_USERNAME`, `_PASSWORD`, `_SECURITY` and `_SENDER`.

        Args:
            access: `send`, the only one there is.
            name: what the variables begin with. Default: the component's name in capitals.
        """
        return links.make(self, [access], get_args(Access), name=name)

    def grant(self, scope: Scope, link: Link) -> Grant:
        """Of what stands already: its own user, for infra_kit makes none there."""
        return self.endpoint.grant() if self.stands_already else super().grant(scope, link)

    @classmethod
    def existing(
        cls,
        name: str,
        *,
        domain: str,
        url: pulumi.Input[str],
        sender: str | None = None,
        target: Target | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> Mailer:
        """A relay of somebody's, which is set up for the domain already; infra_kit changes nothing of it, and makes no
        records. On local too, mail leaves by it.

        Args:
            name: what it is called here.
            domain: whom mail is from.
            url: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`, taken as a secret whether it is one or
                not.
            sender: whom mail is from, where the program says nobody. Default: `no-reply@<domain>`.
            target: where those are that use it.
            opts: see `pulumi.ResourceOptions`.

        Raises:
            SpecError: `url` is none of SMTP, or incomplete: at the deployment where it is an Output.
        """
        known = connection_urls.read(f"Mailer {name!r}: url", url, SCHEMES, path=False)
        said = {"domain": domain, **({"sender": sender} if sender else {})}
        return cls._standing(
            name, said, lambda _, scope: reached_by(scope.parent.spec, known), target=target, opts=opts
        )


def reached_by(spec: MailerSpec, known: connection_urls.Parts) -> MailerEndpoint:
    """The endpoint of a relay that somebody runs."""
    return MailerEndpoint(
        host=known.host,
        port=known.port,
        username=known.username,
        password=known.password,
        security=known.scheme.apply(lambda scheme: "tls" if scheme == "smtps" else "starttls"),
        sender=pulumi.Output.from_input(spec.address),
        url=known.url,
        records=pulumi.Output.from_input([]),
        inbox=pulumi.Output.from_input(None),
    )

"""A Mailer by somebody else's relay, on the targets that have no mail service of their own.

It takes mail by TLS, always, and has one user: whoever is linked is that user. It signs for the domain (DKIM) and gets
back what bounces; which records that takes, its operator says: they go into the zone (`Domain(records=[…])`). Here is
what is the same for all: who may send in the domain's name (SPF), and what others do with the rest (DMARC).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import pulumi
from pydantic import ConfigDict, Field, SecretStr

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.domain import Entry
from infra_kit.components.mailer import MailerEndpoint, MailerSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.common import dns, mail, urls
from infra_kit.spec import Options
from infra_kit.texts import matching

Host = Annotated[
    str, matching(r"[A-Za-z0-9][A-Za-z0-9._:-]*", "a host's name or address is needed, e.g. 'vps-1.example.com'")
]
Mechanisms = Annotated[
    str,
    matching(
        r"(include|a|mx|ip4|ip6|exists):[A-Za-z0-9._:/-]+( (include|a|mx|ip4|ip6|exists):[A-Za-z0-9._:/-]+)*",
        "what the relay's operator asks for is needed, without 'v=spf1' and 'all', e.g. 'include:spf.relay.example'",
    ),
]
SUPPORTS: frozenset[Feature] = frozenset()
HINTS: Mapping[Feature, str] = {
    features.BOUNCE_REPORTS: "what comes back, the relay's operator tells: in its console, or by its own messages; "
    "leave feedback out here"
}
UNMEASURED = (
    "the relay is somebody else's, and what becomes of mail its operator tells; leave the Mailer out, by naming the "
    "others in of="
)
"""Of its signals, the way out."""
UNHEARD = "what becomes of mail stands in the log of the relay's operator; leave the Mailer out of of="
"""Of its lines, the way out."""
TLS_PORT = 465
"""Here TLS begins with the first byte, at all others with STARTTLS
(https://www.rfc-editor.org/rfc/rfc8314#section-3.3)."""


class Relay(Options):
    """A mail server of somebody's that takes mail and delivers it. By TLS, always."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    host: Host
    port: int = Field(default=587, ge=1, le=65_535)
    """587 begins plain and goes over to TLS, 465 is TLS from the start. Most providers of hosts block 25."""
    username: str
    password: SecretStr | pulumi.Output[str]
    """In a stack's file a secure value: `pulumi config set --secret --path 'infra-kit:<target>.smtp.password'`."""
    spf: Mechanisms | None = None
    """Who may send in a domain's name, where the relay sends with its own addresses: what its operator asks for in the
    record SPF, e.g. `include:spf.relay.example`. Default: no such record is made."""


def secret(value: SecretStr | pulumi.Output[str]) -> pulumi.Output[str]:
    """A secret setting, as what Pulumi keeps secret."""
    return pulumi.Output.secret(value.get_secret_value() if isinstance(value, SecretStr) else value)


def create(scope: Scope, spec: MailerSpec, relay: Relay | None) -> MailerEndpoint:
    """The endpoint of a relay. Raises `SpecError` where the settings name none."""
    if relay is None:
        key = f"infra-kit:{scope.target.name}"
        raise SpecError(
            f"{scope.what}: {scope.target.name} sends no mail by itself, and its settings name nobody who does. Say "
            f"{key}: {{smtp: {{host: smtp.example.com, username: …}}}}, and its password by `pulumi config set "
            f"--secret --path '{key}.smtp.password'`; or Mailer.existing(…, url=…)."
        )
    by_tls, password = relay.port == TLS_PORT, secret(relay.password)
    return MailerEndpoint(
        host=pulumi.Output.from_input(relay.host),
        port=pulumi.Output.from_input(relay.port),
        username=pulumi.Output.from_input(relay.username),
        password=password,
        security=pulumi.Output.from_input("tls" if by_tls else "starttls"),
        sender=pulumi.Output.from_input(spec.address),
        url=urls.url(
            "smtps" if by_tls else "smtp",
            username=relay.username,
            password=password,
            host=relay.host,
            port=relay.port,
        ),
        records=mail.publish(scope, spec, [*_spf(spec, relay), mail.dmarc(spec)], dns.zones(spec.zones)),
        inbox=pulumi.Output.from_input(None),
    )


def link(scope: Scope, link: Link) -> Grant:  # noqa: ARG001  a relay has one user for all
    there: MailerEndpoint = link.to.endpoint
    return there.grant()


def _spf(spec: MailerSpec, relay: Relay) -> list[Entry]:
    """A record at the domain's own name: whoever else may send must stand in it too, so none is made unasked."""
    return [mail.text(spec.domain, f"v=spf1 {relay.spf} ~all")] if relay.spf else []

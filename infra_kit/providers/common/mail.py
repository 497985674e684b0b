"""What a domain's DNS says of its mail: the same on all targets, whoever delivers it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra_kit.component import Scope
from infra_kit.components.domain import Entry, nearest
from infra_kit.components.mailer import MailerSpec
from infra_kit.providers.common import dns
from infra_kit.providers.common.dns import Zones


def text(name: str, value: str) -> Entry:
    return Entry(role=f"txt-{name}", name=name, type="TXT", values=[value])


def dmarc(spec: MailerSpec) -> Entry:
    """What others do with mail that only pretends to be from the domain, and whom they tell
    (https://www.rfc-editor.org/rfc/rfc7489#section-6.3)."""
    told = f"; rua={','.join(f'mailto:{address}' for address in spec.dmarc_reports)}" if spec.dmarc_reports else ""
    return text(f"_dmarc.{spec.domain}", f"v=DMARC1; p={spec.dmarc}{told}")


def publish(scope: Scope, spec: MailerSpec, entries: Sequence[Entry], zones: Zones) -> pulumi.Output[list[str]]:
    """Makes the records in the domain's zone, or says them where it is in none. Gives all, as lines of a zone file."""
    zone, lines = nearest(spec.domain, zones), dns.lines(entries)
    if zone is None:
        dns.say(scope, spec.domain, lines)
        return lines
    for entry in entries:
        zones[zone](scope, entry)
    return lines

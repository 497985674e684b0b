"""Domain on a VPS: records that a person sets, where the domain was bought or has its DNS.

A host has no API for that. Each run says them once, as a table of lines that most providers' consoles take as they are;
`to_set` has them to export. A zone of a target that has such an API may serve edges on a VPS too: `Domain(…,
target=Target(name="aws", …))`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.components.domain import Domain, DomainEndpoint, DomainSpec, Entry
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.common import dns
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.vps import ssh

SUPPORTS: frozenset[Feature] = frozenset()


@dataclass(frozen=True, kw_only=True)
class VpsZone:
    """What is to be set, beside the Domain's own records."""

    entries: Gathered[Entry]


def create(scope: Scope, spec: DomainSpec) -> DomainEndpoint:
    ssh.settings(scope)
    own = dns.own(scope, spec)
    found: Gathered[Entry] = Gathered("edges of a zone")
    dns.say(scope, spec.domain, found.then(lambda more: dns.lines([*own, *(it for it in more if not it.proves)])))
    # What deploys may wait for these, and with it all else: so they are said for themselves.
    dns.say(scope, spec.domain, found.then(lambda more: dns.lines([it for it in more if it.proves])))
    return DomainEndpoint(
        domain=pulumi.Output.from_input(spec.domain),
        name_servers=pulumi.Output.from_input([]),
        to_set=found.then(lambda more: dns.lines([*own, *more])),
        native=VpsZone(entries=found),
    )


def existing(scope: Scope, spec: DomainSpec, id: pulumi.Input[str]) -> DomainEndpoint:  # noqa: A002, ARG001
    raise SpecError(
        f"{scope.what}: id: a VPS has no zones. Say Domain({scope.name!r}, domain={spec.domain!r}), and each run says "
        "which records it needs; or say target=Target(name=…) for where the zone is."
    )


def record(scope: Scope, zone: Domain, entry: Entry) -> Sequence[pulumi.Resource]:
    dns.claim(scope, zone, entry)
    scope.native(zone, VpsZone).entries.add(entry)
    return []

"""Domain on Cloudflare: a zone, whose records lead to the edges and are not proxied (the edges have their own cache and
firewall).

- Another zone of the same name may have other name servers, and the domain is off the net until they are set: so a zone
  is guarded like data.
- Names end with no dot, which Cloudflare answers without, and would change by every deployment.
- A record has one value here: each of several is one of its own, named by a digest of it.

Why no DNSSEC: it holds only with a DS record that its owner sets at the registrar, which must go before the zone does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pulumi
import pulumi_cloudflare as cloudflare

from infra_kit.component import Scope
from infra_kit.components.domain import Domain, DomainEndpoint, DomainSpec, Entry
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.cloudflare.settings import CloudflareSettings
from infra_kit.providers.common import dns

SUPPORTS: frozenset[Feature] = frozenset()

SHORTEST, LONGEST = 60, 86_400
"""Seconds that resolvers may keep a record (https://developers.cloudflare.com/dns/manage-dns-records/reference/ttl/)."""


@dataclass(frozen=True, kw_only=True)
class CloudflareZone:
    """What records are made in."""

    id: pulumi.Output[str]


def create(scope: Scope, spec: DomainSpec) -> DomainEndpoint:
    entries = [it for entry in dns.own(scope, spec) for it in _each(scope, entry)]
    zone = scope.resource(
        "zone",
        cloudflare.Zone,
        stateful=True,
        retain_on_delete=True,
        account={"id": cast(CloudflareSettings, scope.target.settings).account},
        name=spec.domain,
        type="full",
    )
    dns.say_servers(scope, spec, zone.name_servers)
    for entry in entries:
        _record(scope, entry, zone.id)
    return dns.endpoint(zone.name, zone.name_servers, CloudflareZone(id=zone.id))


def existing(scope: Scope, spec: DomainSpec, id: pulumi.Input[str]) -> DomainEndpoint:  # noqa: A002
    found = cloudflare.get_zone_output(zone_id=id, opts=scope.invoke)
    domain = dns.known(scope, spec, found.name)
    return dns.endpoint(domain, found.name_servers, CloudflareZone(id=domain.apply(lambda _: found.id)))


def record(scope: Scope, zone: Domain, entry: Entry) -> Sequence[pulumi.Resource]:
    dns.claim(scope, zone, entry)
    entries = [entry] if len(entry.values) == 1 else _each(scope, entry)
    return [_record(scope.within(zone), it, cast(CloudflareZone, zone.endpoint.native).id) for it in entries]


def _each(scope: Scope, entry: Entry) -> list[Entry]:
    """One a value. Raises `SpecError` where this zone has no place for it."""
    if not SHORTEST <= entry.ttl <= LONGEST:
        raise SpecError(
            f"{scope.what}: records: {entry.name}: ttl: given {entry.ttl} seconds; Cloudflare takes '{SHORTEST}s' to "
            f"'{LONGEST}s'."
        )
    made = []
    for value in entry.values:
        if not isinstance(value, str):
            raise SpecError(
                f"{scope.what}: records: {entry.name}: values: one is known at the deployment only, and each "
                "is a record of its own here, named by its value. Say it as a text."
            )
        digest = hashlib.sha256(value.encode()).hexdigest()[:8]
        made.append(replace(entry, role=f"{entry.role}-{digest}", values=[value]))
    return made


def _record(scope: Scope, entry: Entry, zone: pulumi.Output[str]) -> cloudflare.DnsRecord:
    (value,) = entry.values
    return scope.resource(
        entry.role,
        cloudflare.DnsRecord,
        zone_id=zone,
        name=pulumi.Output.from_input(entry.name).apply(lambda text: text.rstrip(".")),
        type=entry.type,
        ttl=entry.ttl,
        proxied=False,
        comment=f"{scope.target.app} {scope.environment}",
        **_content(entry.type, pulumi.Output.from_input(value)),
    )


def _content(type_: str, value: pulumi.Output[str]) -> Mapping[str, Any]:
    """A value as Cloudflare takes it: in parts where it has some."""

    def part(number: int) -> pulumi.Output[str]:
        return value.apply(lambda text: text.split(" ")[number].rstrip("."))

    match type_:
        case "MX":
            return {"priority": part(0).apply(int), "content": part(1)}
        case "SRV":
            numbers = {key: part(at).apply(int) for at, key in enumerate(("priority", "weight", "port"))}
            return {"priority": numbers["priority"], "data": {**numbers, "target": part(3)}}
        case "CAA":
            said = value.apply(lambda text: text.split(" ", 2)[2].strip('"'))
            return {"data": {"flags": part(0).apply(int), "tag": part(1), "value": said}}
        case "TXT":
            return {"content": value.apply(lambda text: " ".join(f'"{chunk}"' for chunk in dns.chunks(text)))}
        case _:
            return {"content": value.apply(lambda text: text.rstrip("."))}

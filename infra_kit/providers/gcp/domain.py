"""Domain on Google Cloud: a public managed zone of Cloud DNS.

- It is signed (DNSSEC). That holds once its DS record is set at the registrar (`gcloud dns dns-keys list`); take it out
  there before the zone goes.
- A Cdn or a Gateway on gcp has an address, so a name leads there by an A record, the zone's own too.
- Another zone of the same name may have other name servers, and the domain is off the net until they are set: so a zone
  is guarded like data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import dns as cloud_dns

from infra_kit.component import Scope
from infra_kit.components.domain import Domain, DomainEndpoint, DomainSpec, Entry
from infra_kit.features import Feature
from infra_kit.providers.common import dns
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels

SUPPORTS: frozenset[Feature] = frozenset()


@dataclass(frozen=True, kw_only=True)
class GcpZone:
    """What records are made in."""

    name: pulumi.Output[str]


def create(scope: Scope, spec: DomainSpec) -> DomainEndpoint:
    zone = scope.resource(
        "zone",
        cloud_dns.ManagedZone,
        stateful=True,
        retain_on_delete=True,
        depends_on=[api(scope, "dns")],
        dns_name=dns.absolute(spec.domain),
        description=f"Domain {scope.name} of {scope.target.app} ({scope.environment})",
        dnssec_config={"state": "on"},
        labels=labels(scope),
    )
    dns.say_servers(scope, spec, zone.name_servers)
    for entry in dns.own(scope, spec):
        _record(scope, entry, zone.name)
    return dns.endpoint(zone.dns_name, zone.name_servers, GcpZone(name=zone.name))


def existing(scope: Scope, spec: DomainSpec, id: pulumi.Input[str]) -> DomainEndpoint:  # noqa: A002
    found = cloud_dns.get_managed_zone_output(name=id, opts=scope.invoke)
    domain = dns.known(scope, spec, found.dns_name)
    return dns.endpoint(domain, found.name_servers, GcpZone(name=domain.apply(lambda _: found.name)))


def record(scope: Scope, zone: Domain, entry: Entry) -> Sequence[pulumi.Resource]:
    dns.claim(scope, zone, entry)
    return [_record(scope.within(zone), entry, scope.native(zone, GcpZone).name)]


def _record(scope: Scope, entry: Entry, zone: pulumi.Output[str]) -> cloud_dns.RecordSet:
    return scope.resource(
        entry.role,
        cloud_dns.RecordSet,
        managed_zone=zone,
        name=pulumi.Output.from_input(entry.name).apply(dns.absolute),
        type=entry.type,
        ttl=entry.ttl,
        rrdatas=dns.data(entry),
    )

"""Domain on Google Cloud: a public managed zone of Cloud DNS.

- It is signed (DNSSEC). That holds once its DS record is set at the registrar (`gcloud dns dns-keys list`); take it out
  there before the zone goes.
- A Cdn or a Gateway on gcp has an address, so a name leads there by an A record, the zone's own too.
- Of two edges of one name, that have addresses, one record holds both. Google asks each from three regions, and leads
  to the secondary while the primary is not well (https://cloud.google.com/dns/docs/routing-policies-overview). An
  organization that forbids network endpoint groups of the internet forbids that too
  (constraints/compute.disableInternetNetworkEndpointGroup).
- Another zone of the same name may have other name servers, and the domain is off the net until they are set: so a zone
  is guarded like data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pulumi
from pulumi_gcp import compute
from pulumi_gcp import dns as cloud_dns

from infra_kit.component import Scope
from infra_kit.components.domain import Domain, DomainEndpoint, DomainSpec, Entry
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.naming import MAX_LENGTH, fit
from infra_kit.providers.common import dns
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels

SUPPORTS: frozenset[Feature] = frozenset()
FAILS_OVER = True
ASKED_FROM = ("us-central1", "europe-west1", "asia-east1")
"""Just three regions (https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks)."""
HTTPS, OFTEN = 443, 30
"""A port; seconds between two questions, the least there is."""


@dataclass(frozen=True, kw_only=True)
class GcpZone:
    """What records are made in."""

    name: pulumi.Output[str]
    asks: Callable[[], pulumi.Resource]
    """Switches on what health checks need."""
    pairs: dict[str, Gathered[Entry]] = field(default_factory=dict)
    """By name, the edges of which one stands by for the other."""


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
    return dns.endpoint(zone.dns_name, zone.name_servers, _zone(scope, zone.name))


def existing(scope: Scope, spec: DomainSpec, id: pulumi.Input[str]) -> DomainEndpoint:  # noqa: A002
    found = cloud_dns.get_managed_zone_output(name=id, opts=scope.invoke)
    domain = dns.known(scope, spec, found.dns_name)
    return dns.endpoint(domain, found.name_servers, _zone(scope, domain.apply(lambda _: found.name)))


def _zone(scope: Scope, name: pulumi.Output[str]) -> GcpZone:
    return GcpZone(name=name, asks=partial(api, scope, "compute"))


def record(scope: Scope, zone: Domain, entry: Entry) -> Sequence[pulumi.Resource]:
    dns.claim(scope, zone, entry)
    native = scope.native(zone, GcpZone)
    if entry.failover:
        return _pair(scope.within(zone), entry, native)
    return [_record(scope.within(zone), entry, native.name)]


def _record(scope: Scope, entry: Entry, zone: pulumi.Output[str], **more: Any) -> cloud_dns.RecordSet:
    return scope.resource(
        entry.role,
        cloud_dns.RecordSet,
        managed_zone=zone,
        name=pulumi.Output.from_input(entry.name).apply(dns.absolute),
        type=entry.type,
        ttl=entry.ttl,
        **(more or {"rrdatas": dns.data(entry)}),
    )


def _pair(scope: Scope, entry: Entry, zone: GcpZone) -> Sequence[pulumi.Resource]:
    """One record for both, the primary's."""
    dns.check_place(scope, entry)
    both = zone.pairs.setdefault(str(entry.name), Gathered("edges of a name"))
    both.add(entry)
    if entry.failover is None or entry.failover.role == "secondary":
        both.then(lambda found: _check_primary(scope, entry, found))
        return []
    check = _health_check(scope, entry, entry.failover.path, zone)
    policy = both.then(lambda found: _policy(entry, found, check))
    alone = both.then(lambda found: None if len(found) > 1 else dns.data(entry))
    return [_record(scope, entry, zone.name, routing_policy=policy, rrdatas=alone)]


def _check_primary(scope: Scope, entry: Entry, found: Sequence[Entry]) -> None:
    if all(other is entry for other in found):
        raise SpecError(
            f"{scope.what}: failover: {entry.name}: given 'secondary', and no Gateway of this program is the primary. "
            "On gcp one record holds both: make the other one here too, failover=Failover('primary'), or have the zone "
            "on aws."
        )


def _policy(primary: Entry, found: Sequence[Entry], check: compute.HealthCheck) -> dict[str, Any] | None:
    """None as long as the primary has no other. The secondary is for all the world: any one region names it."""
    for other in found:
        if other is not primary:
            targets = {"external_endpoints": list(other.values)}
            standing_by = {"location": ASKED_FROM[0], "health_checked_targets": targets}
            first = {"external_endpoints": list(primary.values)}
            return {"health_check": check.id, "primary_backup": {"primary": first, "backup_geos": [standing_by]}}
    return None


def _health_check(scope: Scope, entry: Entry, path: str, zone: GcpZone) -> compute.HealthCheck:
    return scope.resource(
        f"check-{fit(str(entry.name), MAX_LENGTH)}",
        compute.HealthCheck,
        depends_on=[zone.asks()],
        source_regions=list(ASKED_FROM),
        check_interval_sec=OFTEN,
        https_health_check={"port": HTTPS, "host": entry.name, "request_path": path},
    )

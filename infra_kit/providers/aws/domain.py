"""Domain on AWS: a public hosted zone of Route 53.

- The names of a Cdn or a Gateway on aws are aliases, also the zone's own name: they follow the edge, and questions cost
  nothing (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html).
- Another zone of the same name has other name servers, and the domain is off the net until they are set: so a zone is
  guarded like data.
- Of two edges of one name, the primary is asked by a health check of Route 53; an alias also counts what the load
  balancer itself knows of its targets. Where both fail, names lead to the primary
  (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-types.html).

Why not CKV2_AWS_38 (DNSSEC): it holds only with a DS record that its owner sets at the registrar, and with a key in
us-east-1; from then on, a zone that goes before that record does takes the domain off the net. Why not CKV2_AWS_39
(query logs): they show resolvers, not visitors, and take a log group in us-east-1 and one of the ten resource policies
that an account has there (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pulumi
from pulumi_aws import route53

from infra_kit.component import Scope
from infra_kit.components.domain import Domain, DomainEndpoint, DomainSpec, Entry
from infra_kit.dns_records import RecordType
from infra_kit.features import Feature
from infra_kit.naming import MAX_LENGTH, fit
from infra_kit.providers.common import dns
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.waiting import after

SUPPORTS: frozenset[Feature] = frozenset()
FAILS_OVER = True
HTTPS, OFTEN, FAILURES = 443, 30, 3
"""A port; seconds between two questions; how many of them must fail."""


@dataclass(frozen=True, kw_only=True)
class AwsZone:
    """What records are made in."""

    id: pulumi.Output[str]
    primaries: dict[str, Gathered[pulumi.Resource]] = field(default_factory=dict)
    """By name, the records of the primary of two edges."""


@dataclass(frozen=True, kw_only=True)
class AwsAlias:
    """An edge, as a record of Route 53 leads there by itself."""

    name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    types: Sequence[RecordType]
    """By IPv4, by IPv6."""


def create(scope: Scope, spec: DomainSpec) -> DomainEndpoint:
    zone = scope.resource(
        "zone",
        route53.Zone,
        stateful=True,
        retain_on_delete=True,
        name=spec.domain,
        comment=f"Domain {scope.name} of {scope.target.app} ({scope.environment})",
        tags=scope.tags,
    )
    dns.say_servers(scope, spec, zone.name_servers)
    for entry in dns.own(scope, spec):
        _in_zone(scope, entry, zone.zone_id, {})
    return dns.endpoint(zone.name, zone.name_servers, AwsZone(id=zone.zone_id))


def existing(scope: Scope, spec: DomainSpec, id: pulumi.Input[str]) -> DomainEndpoint:  # noqa: A002
    found = route53.get_zone_output(zone_id=id, opts=scope.invoke)
    domain = dns.known(scope, spec, found.name)
    return dns.endpoint(domain, found.name_servers, AwsZone(id=domain.apply(lambda _: found.zone_id)))


def record(scope: Scope, zone: Domain, entry: Entry) -> Sequence[pulumi.Resource]:
    dns.claim(scope, zone, entry, entry.alias.types if isinstance(entry.alias, AwsAlias) else ())
    native, inside = scope.native(zone, AwsZone), scope.within(zone)
    if entry.failover is None:
        return _in_zone(inside, entry, native.id, {})
    first = native.primaries.setdefault(str(entry.name), Gathered("edges of a name"))
    if entry.failover.role == "secondary":
        return _in_zone(inside, entry, native.id, _secondary(first))
    made = _in_zone(inside, entry, native.id, _primary(inside, entry, entry.failover.path))
    for each in made:
        first.add(each)
    return made


def in_hosted(domain: str, id_: str, scope: Scope, entry: Entry) -> Sequence[pulumi.Resource]:
    """Makes a record in a zone that the settings name: one component on the target has all of its records."""
    endpoint = dns.endpoint(
        pulumi.Output.from_input(domain), pulumi.Output.from_input([]), AwsZone(id=pulumi.Output.from_input(id_))
    )
    make = partial(Domain.at, domain=domain, endpoint=lambda *_: endpoint)
    return scope.shared(make, f"zone-{fit(domain, MAX_LENGTH // 2)}").record(scope, entry)


def _in_zone(scope: Scope, entry: Entry, zone_id: pulumi.Input[str], policy: Mapping[str, Any]) -> list[route53.Record]:
    """A record in a hosted zone; an alias is one each type."""
    place: dict[str, Any] = {"zone_id": zone_id, "name": entry.name, **policy}
    if isinstance(entry.alias, AwsAlias):
        well = entry.failover is not None
        to = {"name": entry.alias.name, "zone_id": entry.alias.zone_id, "evaluate_target_health": well}
        end = f"{entry.name}{dns.standby(entry.failover)}"
        return [
            scope.resource(f"{type_.lower()}-{end}", route53.Record, **place, type=type_, aliases=[to])
            for type_ in entry.alias.types
        ]
    dns.check_place(scope, entry)
    made = scope.resource(
        entry.role,
        route53.Record,
        **place,
        type=entry.type,
        records=_values(entry),
        ttl=entry.ttl,
        # Another certificate for the same name is proved by the same record.
        allow_overwrite=bool(entry.proves) or None,
    )
    return [made]


def _primary(scope: Scope, entry: Entry, path: str) -> Mapping[str, Any]:
    """What makes a record one of two."""
    return {**_of_two("primary", "primary"), "health_check_id": _health_check(scope, entry, path).id}


def _secondary(first: Gathered[pulumi.Resource]) -> Mapping[str, Any]:
    """It waits for the primary's, which stood alone before: beside one without a policy Route 53 takes none."""
    return _of_two("secondary", first.then(lambda found: after(pulumi.Output.from_input("secondary"), *found)))


def _of_two(role: str, identifier: pulumi.Input[str]) -> Mapping[str, Any]:
    return {"set_identifier": identifier, "failover_routing_policies": [{"type": role.upper()}]}


def _health_check(scope: Scope, entry: Entry, path: str) -> route53.HealthCheck:
    """An edge that has an address is asked there for the name; a load balancer by its own, whose certificate nobody
    looks at (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html)."""
    by_name = entry.alias.name if isinstance(entry.alias, AwsAlias) else None
    where = {"fqdn": by_name} if by_name else {"fqdn": entry.name, "ip_address": entry.values[0]}
    zone = scope.holder or scope.parent
    return scope.resource(
        f"check-{entry.name}",
        route53.HealthCheck,
        type="HTTPS",
        port=HTTPS,
        resource_path=path,
        request_interval=OFTEN,
        failure_threshold=FAILURES,
        enable_sni=True,
        tags={**scope.tags, "component": zone.name, "Name": entry.name},
        **where,
    )


def _values(entry: Entry) -> list[pulumi.Input[str]]:
    """The provider puts quotes around a text, and asks for those inside of a longer one
    (https://www.pulumi.com/registry/packages/aws/api-docs/route53/record/#records_python)."""
    if entry.type != "TXT":
        return list(entry.values)
    return [pulumi.Output.from_input(value).apply(lambda text: '""'.join(dns.chunks(text))) for value in entry.values]

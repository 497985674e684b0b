"""The global external Application Load Balancer of a Cdn or a Gateway: its address, its listeners, its certificates,
and what their URL maps have in common.

A certificate is Google's own, one a domain, so that a further domain leaves the others' alone. Google issues it once
the domain's DNS record points to the address, and renews it
(https://cloud.google.com/certificate-manager/docs/domain-authorization). Nothing waits for that: where the domain is in
no zone that is ours, the record is made after the deployment has told the address. A wildcard is proved by a record in
its zone instead, which stays for the renewals; so is a name of two edges, whose record points to one of them only: the
other must have its certificate before it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pulumi
from pulumi_gcp import certificatemanager, compute

from infra_kit.component import Scope
from infra_kit.components.domain import Entry, nearest
from infra_kit.failover import Failover
from infra_kit.naming import fit
from infra_kit.providers.common import dns
from infra_kit.providers.common.dns import Zones
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels

BYTES = 1024 * 1024
BEYOND = 10**15
"""Bytes; more than anybody can say."""
ROOM = 8
"""Characters of a mark that names, of at most 63, have no place for."""


class Edge(NamedTuple):
    """What visitors meet."""

    address: pulumi.Output[str]
    needed: Sequence[pulumi.Resource]
    """What answers on it, and what leads there."""


def mark(text: str) -> str:
    """A pattern or a domain as a part of a role."""
    return fit(text, ROOM)


def url(domains: Sequence[str], edge: Edge) -> pulumi.Output[str]:
    """Where it answers, known once it does."""
    host = next((domain for domain in domains if not domain.startswith("*")), edge.address)
    return after(pulumi.Output.concat("https://" if domains else "http://", host), *edge.needed)


def match(pattern: str) -> dict[str, str]:
    """A pattern as a URL map's rules say it."""
    steps, rest = (pattern[:-1], "*") if pattern.endswith("*") else (pattern, "")
    if "*" not in steps:
        return {"prefix_match": steps} if rest else {"full_path_match": steps}
    named = "".join("/*" if step == "*" else f"/{step}" for step in steps.split("/")[1:])
    return {"path_template_match": f"{named}**" if rest else named}


def too_large(most_mb: int, pattern: str, service: compute.BackendService) -> dict[str, Any]:
    """A URL map's rule: who says that he sends more is answered 413."""
    beyond = {"range_start": most_mb * BYTES + 1, "range_end": BEYOND}
    length = {"header_name": "content-length", "range_match": beyond}
    return {
        "match_rules": [{**match(pattern), "header_matches": [length]}],
        "service": service.id,
        "route_action": refusal(413),
    }


def not_found(service: compute.BackendService) -> dict[str, Any]:
    """Where nothing leads. A URL map has to name a service for it, which is never asked."""
    return {"default_service": service.id, "default_route_action": refusal(404)}


def refusal(status: int) -> dict[str, Any]:
    """A route's action: the load balancer answers itself."""
    return {"fault_injection_policy": {"abort": {"http_status": status, "percentage": 100}}}


def headers(put_on: Mapping[str, str] | None = None, taken_off: Sequence[str] = ()) -> dict[str, Any] | None:
    """A URL map's action: what is put on answers, and taken off requests."""
    added = [{"header_name": name, "header_value": value, "replace": True} for name, value in (put_on or {}).items()]
    done = {"response_headers_to_adds": added, "request_headers_to_removes": list(taken_off)}
    return {what: names for what, names in done.items() if names} or None


def serve(
    scope: Scope,
    domains: Sequence[str],
    zones: Zones,
    routes: compute.URLMap,
    failover: Failover | None = None,
) -> Edge:
    owned = labels(scope)
    made = scope.resource("address", compute.GlobalAddress, depends_on=[api(scope, "compute")], labels=owned)
    target = _to_https(scope).id if domains else routes.id
    http = scope.resource("http", compute.TargetHttpProxy, url_map=target)
    plain = _listen(scope, "http-rule", made.address, http.id, "80")
    if domains:
        certificates = _certificates(scope, domains, zones, failover)
        https = _https(scope, certificates, routes, made.address)
        place = dns.Place("A", made.address, failover=failover)
        return Edge(made.address, [https, *dns.lead(scope, domains, zones, place)])
    pulumi.log.warn(
        f"{scope.what}: it has no domains, so no certificate: it answers by plain HTTP on its address. Name "
        "domains before anyone depends on it.",
        scope.parent,
    )
    return Edge(made.address, [plain])


def _https(
    scope: Scope,
    certificates: certificatemanager.CertificateMap,
    routes: compute.URLMap,
    address: pulumi.Output[str],
) -> compute.GlobalForwardingRule:
    policy = scope.resource(
        "tls", compute.SSLPolicy, depends_on=[api(scope, "compute")], min_tls_version="TLS_1_2", profile="RESTRICTED"
    )
    proxy = scope.resource(
        "https",
        compute.TargetHttpsProxy,
        url_map=routes.id,
        certificate_map=pulumi.Output.concat("//certificatemanager.googleapis.com/", certificates.id),
        ssl_policy=policy.id,
    )
    return _listen(scope, "https-rule", address, proxy.id, "443")


def _certificates(
    scope: Scope, domains: Sequence[str], zones: Zones, failover: Failover | None
) -> certificatemanager.CertificateMap:
    """Who asks for a host name that is not among them gets no certificate, and no answer."""
    owned, needed = labels(scope), [api(scope, "certificates")]
    all_ = scope.resource("certificates", certificatemanager.CertificateMap, depends_on=needed, labels=owned)
    for domain in domains:
        certificate = scope.resource(
            f"certificate-{mark(domain)}",
            certificatemanager.Certificate,
            depends_on=needed,
            managed={"domains": [domain], **_proof(scope, domain, zones, failover)},
            labels=owned,
        )
        scope.resource(
            f"entry-{mark(domain)}",
            certificatemanager.CertificateMapEntry,
            map=all_.name,
            hostname=domain,
            certificates=[certificate.id],
            labels=owned,
        )
    return all_


def _proof(scope: Scope, domain: str, zones: Zones, failover: Failover | None) -> dict[str, Any]:
    """Of a wildcard, and of a name of two edges: what proves it, known once its record stands
    (https://cloud.google.com/certificate-manager/docs/dns-authorizations). Of two edges each project has a record of
    its own."""
    zone = nearest(domain, zones)
    if zone is None or not (failover or domain.startswith("*")):
        return {}
    base = domain.removeprefix("*.")
    made = scope.resource(
        f"authorization-{mark(base)}",
        certificatemanager.DnsAuthorization,
        depends_on=[api(scope, "certificates")],
        domain=base,
        type="PER_PROJECT_RECORD" if failover else None,
        labels=labels(scope),
    )
    record = made.dns_resource_records[0]
    role = f"validation-{scope.place}-{base}"
    proves = (base, scope.account) if failover else role
    entry = Entry(role=role, name=record.name, type="CNAME", values=[record.data], proves=proves)
    return {"dns_authorizations": [after(made.id, *zones[zone](scope, entry))]}


def _to_https(scope: Scope) -> compute.URLMap:
    redirect = {"https_redirect": True, "strip_query": False, "redirect_response_code": "MOVED_PERMANENTLY_DEFAULT"}
    return scope.resource("redirect", compute.URLMap, depends_on=[api(scope, "compute")], default_url_redirect=redirect)


def _listen(
    scope: Scope, role: str, address: pulumi.Output[str], target: pulumi.Output[str], port: str
) -> compute.GlobalForwardingRule:
    return scope.resource(
        role,
        compute.GlobalForwardingRule,
        load_balancing_scheme="EXTERNAL_MANAGED",
        ip_address=address,
        ip_protocol="TCP",
        port_range=port,
        target=target,
        labels=labels(scope),
    )

"""Where a Cdn on Google Cloud answers: its address, its listeners and its certificates.

A certificate is Google's own, one a domain, so that a further domain leaves the others' alone. Google issues it once
the domain's DNS record points to the address, and renews it (https://cloud.google.com/certificate-manager/docs/domain-authorization).
Nothing waits for that: the record is made after the deployment has told the address.
"""

from __future__ import annotations

from typing import NamedTuple

import pulumi
from pulumi_gcp import certificatemanager, compute

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.cdn_backends import mark
from infra_kit.providers.gcp.labels import labels


class Edge(NamedTuple):
    """What visitors meet."""

    address: pulumi.Output[str]
    listener: pulumi.Resource
    """What answers on it."""


def serve(scope: Scope, spec: CdnSpec, routes: compute.URLMap) -> Edge:
    owned = labels(scope)
    made = scope.resource("address", compute.GlobalAddress, depends_on=[api(scope, "compute")], labels=owned)
    target = _to_https(scope).id if spec.domains else routes.id
    http = scope.resource("http", compute.TargetHttpProxy, url_map=target)
    plain = _listen(scope, "http-rule", made.address, http.id, "80")
    if spec.domains:
        return Edge(made.address, _https(scope, spec, routes, made.address))
    pulumi.log.warn(
        f"Cdn {scope.name!r}: it has no domains, so no certificate: it answers by plain HTTP on its address. Name "
        "domains before anyone depends on it.",
        scope.parent,
    )
    return Edge(made.address, plain)


def _https(
    scope: Scope, spec: CdnSpec, routes: compute.URLMap, address: pulumi.Output[str]
) -> compute.GlobalForwardingRule:
    policy = scope.resource(
        "tls", compute.SSLPolicy, depends_on=[api(scope, "compute")], min_tls_version="TLS_1_2", profile="RESTRICTED"
    )
    proxy = scope.resource(
        "https",
        compute.TargetHttpsProxy,
        url_map=routes.id,
        certificate_map=pulumi.Output.concat("//certificatemanager.googleapis.com/", _certificates(scope, spec).id),
        ssl_policy=policy.id,
    )
    return _listen(scope, "https-rule", address, proxy.id, "443")


def _certificates(scope: Scope, spec: CdnSpec) -> certificatemanager.CertificateMap:
    """Who asks for a host name that is not among them gets no certificate, and no answer."""
    owned, needed = labels(scope), [api(scope, "certificates")]
    all_ = scope.resource("certificates", certificatemanager.CertificateMap, depends_on=needed, labels=owned)
    for domain in spec.domains:
        certificate = scope.resource(
            f"certificate-{mark(domain)}",
            certificatemanager.Certificate,
            depends_on=needed,
            managed={"domains": [domain]},
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

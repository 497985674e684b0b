"""Where a Cdn on Google Cloud answers: its address, its listeners and its certificates.

A certificate is Google's own, one a domain, so that a further domain leaves the others' alone. Google issues it once
the domain's DNS record points to the address, and renews it (https://cloud.google.com/certificate-manager/docs/domain-authorization).
"""

from __future__ import annotations

import pulumi
from pulumi_gcp import certificatemanager, compute

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec
from infra_kit.providers.gcp.cdn_backends import mark
from infra_kit.providers.gcp.labels import labels


def serve(scope: Scope, spec: CdnSpec, routes: compute.URLMap) -> pulumi.Output[str]:
    """The address that answers."""
    address = scope.resource("address", compute.GlobalAddress, labels=labels(scope)).address
    if spec.domains:
        _https(scope, spec, routes, address)
    else:
        pulumi.log.warn(
            f"Cdn {scope.name!r}: it has no domains, so no certificate: it answers by plain HTTP on its address. Name "
            "domains before anyone depends on it.",
            scope.parent,
        )
    http = scope.resource("http", compute.TargetHttpProxy, url_map=_to_https(scope).id if spec.domains else routes.id)
    _listen(scope, "http-rule", address, http.id, "80")
    return address


def _https(scope: Scope, spec: CdnSpec, routes: compute.URLMap, address: pulumi.Output[str]) -> None:
    policy = scope.resource("tls", compute.SSLPolicy, min_tls_version="TLS_1_2", profile="RESTRICTED")
    proxy = scope.resource(
        "https",
        compute.TargetHttpsProxy,
        url_map=routes.id,
        certificate_map=pulumi.Output.concat("//certificatemanager.googleapis.com/", _certificates(scope, spec).id),
        ssl_policy=policy.id,
    )
    _listen(scope, "https-rule", address, proxy.id, "443")


def _certificates(scope: Scope, spec: CdnSpec) -> certificatemanager.CertificateMap:
    """Who asks for a host name that is not among them gets no certificate, and no answer."""
    owned = labels(scope)
    all_ = scope.resource("certificates", certificatemanager.CertificateMap, labels=owned)
    for domain in spec.domains:
        certificate = scope.resource(
            f"certificate-{mark(domain)}", certificatemanager.Certificate, managed={"domains": [domain]}, labels=owned
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
    return scope.resource("redirect", compute.URLMap, default_url_redirect=redirect)


def _listen(scope: Scope, role: str, address: pulumi.Output[str], target: pulumi.Output[str], port: str) -> None:
    scope.resource(
        role,
        compute.GlobalForwardingRule,
        load_balancing_scheme="EXTERNAL_MANAGED",
        ip_address=address,
        ip_protocol="TCP",
        port_range=port,
        target=target,
        labels=labels(scope),
    )

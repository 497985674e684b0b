"""The gateways behind a distribution: the way to their load balancers, and the web ACL before all of it.

Why the web ACL stands on the distribution, and not on the load balancer: there, the only address that AWS vouches for
is CloudFront's own, and of `X-Forwarded-For` WAF takes the first, which the visitor may have written himself
(https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-forwarded-ip-address.html). Here each visitor
is counted by the address that he comes from, and is refused near him. A gateway's limits count what the Cdn's routes
lead to it, also where the answer is kept; its firewall sees all requests.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import cloudfront, wafv2

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.cdn import NO_CACHE, CdnSpec
from infra_kit.components.gateway import Gateway
from infra_kit.errors import SpecError
from infra_kit.patterns import overlap
from infra_kit.providers.aws import cdn_headers, certificates, gateway_waf
from infra_kit.providers.aws.cdn_domains import REGION
from infra_kit.providers.aws.gateway_front import HTTP, HTTPS, AwsGateway, Front

TLS = ("TLSv1.2",)
READ_SECONDS = 60
"""As long as a load balancer waits for a service, and the most without asking AWS for more
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html)."""
EVERYTHING = "/*"
WAY_PATIENCE = "30m"
"""The provider's own 15 minutes are known to run out
(https://github.com/terraform-aws-modules/terraform-aws-cloudfront/issues/163)."""


def check(scope: Scope, spec: CdnSpec) -> None:
    """Raises `SpecError`."""
    for pattern, gateway in spec.gateways.items():
        where = f"{scope.what}: routes: {pattern}"
        if gateway.spec.jwt and not spec.domains:
            raise SpecError(
                f"{where}: Gateway {gateway.name!r} has jwt; a load balancer checks tokens by HTTPS alone, and "
                "needs a certificate of the Cdn's domains for that. Say domains=[…]."
            )

        if gateway.spec.features() >= {features.RATE_LIMITS} and _given_back(spec, gateway) == pattern:
            raise SpecError(
                f"{where}: it lies within a route that leads elsewhere, within one that leads to Gateway "
                f"{gateway.name!r}, which has limits: more than a rule of AWS WAF can say. Leave one of the three out."
            )


def headers_of_kept(scope: Scope, spec: CdnSpec) -> dict[str, pulumi.Output[str]]:
    """By pattern, the headers of a gateway's answers that may be kept. CloudFront keeps a cookie with its answer, and
    would give one visitor's to the next (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Cookies.html):
    so none gets through."""
    keeping = [pattern for pattern in spec.gateways if spec.routes[pattern].ttl != NO_CACHE]
    if not keeping:
        return {}
    return dict.fromkeys(keeping, cdn_headers.policy(scope, spec, "headers-of-kept", ["Set-Cookie"]))


def origins(scope: Scope, spec: CdnSpec, certificate: pulumi.Output[str] | None) -> list[dict[str, Any]]:
    """Each gateway once.

    Args:
        scope: the Cdn's.
        spec: its spec.
        certificate: of its domains, in `REGION`.
    """
    found = {gateway.name: gateway for gateway in spec.gateways.values()}
    return [_origin(scope, spec, found[name], certificate) for name in sorted(found)]


def origin_id(gateway: Gateway) -> str:
    return f"gateway:{gateway.name}"


def _origin(scope: Scope, spec: CdnSpec, gateway: Gateway, certificate: pulumi.Output[str] | None) -> dict[str, Any]:
    native = scope.native(gateway, AwsGateway)
    native.fronts.add(Front(certificate=_certificate(scope, spec, gateway, certificate)))
    way = _way(scope, gateway, native, "http" if certificate is None else "https")
    return {
        "origin_id": origin_id(gateway),
        "domain_name": native.host,
        "vpc_origin_config": {"vpc_origin_id": way.id, "origin_read_timeout": READ_SECONDS},
    }


def _way(scope: Scope, gateway: Gateway, balancer: AwsGateway, scheme: str) -> cloudfront.VpcOrigin:
    """CloudFront changes no VPC origin that a distribution has: another one is made, by another name
    (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateVpcOrigin.html)."""
    return scope.resource(
        f"way-{gateway.name}",
        cloudfront.VpcOrigin,
        replace_on_changes=["vpcOriginEndpointConfig"],
        patience=WAY_PATIENCE,
        vpc_origin_endpoint_config={
            "name": pulumi.Output.concat(scope.name, "-", scheme, "-", balancer.name),
            "arn": balancer.arn,
            "http_port": HTTP,
            "https_port": HTTPS,
            # Why not CKV2_AWS_72 without domains: CloudFront trusts no certificate but of a public name.
            "origin_protocol_policy": f"{scheme}-only",
            "origin_ssl_protocols": {"items": list(TLS), "quantity": len(TLS)},
        },
        tags=scope.tags,
    )


def _certificate(
    scope: Scope, spec: CdnSpec, gateway: Gateway, certificate: pulumi.Output[str] | None
) -> pulumi.Output[str] | None:
    """In the gateway's region, where a load balancer reads its own."""
    if certificate is None or gateway.target.region == REGION:
        return certificate
    region = scope.native(gateway, AwsGateway).region
    return certificates.elsewhere(scope, spec.domains, certificate, f"certificate-{gateway.name}", region)


def guard(scope: Scope, spec: CdnSpec) -> wafv2.WebAcl | None:
    """The web ACL of the distribution, if a gateway asks for anything."""
    asked = {gateway.name: gateway for gateway in spec.gateways.values()}
    rules = [rule for name in sorted(asked) for rule in _limits(spec, asked[name])]
    if any(gateway.spec.waf for gateway in asked.values()):
        rules += gateway_waf.managed()
    if not rules:
        return None
    made = gateway_waf.acl(scope, rules, kind="CLOUDFRONT", region=REGION)
    if any(gateway.spec.access_logs for gateway in asked.values()):
        gateway_waf.say(scope, made, REGION)
    return made


def _limits(spec: CdnSpec, gateway: Gateway) -> list[gateway_waf.Rule]:
    patterns, others = _led(spec, gateway)
    led = gateway_waf.answered_by(patterns, others) if others or EVERYTHING not in patterns else []
    return gateway_waf.limits(gateway.spec, f"{gateway.name}-limit", led)


def _led(spec: CdnSpec, gateway: Gateway) -> tuple[list[str], list[str]]:
    """The patterns that lead to a gateway, and those that do not."""
    patterns = [pattern for pattern, it in spec.gateways.items() if it is gateway]
    return patterns, [pattern for pattern in spec.routes if pattern not in patterns]


def _given_back(spec: CdnSpec, gateway: Gateway) -> str | None:
    """A pattern that leads to a gateway again, within one that leads elsewhere, within one that leads to it."""
    patterns, others = _led(spec, gateway)
    within = [it for it in others if any(len(it) > len(one) and overlap(it, one) for one in patterns)]
    return next((one for one in patterns for it in within if len(one) > len(it) and overlap(it, one)), None)

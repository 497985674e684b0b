"""The names of a distribution: its certificate (`certificates`), and the records that lead to it.

CloudFront reads certificates in us-east-1 only
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html).
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import cloudfront

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec
from infra_kit.providers.aws import certificates
from infra_kit.providers.aws.domain import AwsAlias
from infra_kit.providers.common import dns

REGION = "us-east-1"
MINIMUM_PROTOCOL = "TLSv1.2_2021"


def certificate(scope: Scope, spec: CdnSpec) -> pulumi.Output[str] | None:
    """The ARN of the certificate of its domains, if there are any."""
    if not spec.domains:
        return None
    return certificates.certificate(scope, spec.domains, certificates.zones(scope, spec.zones), region=REGION)


def viewer_certificate(certificate: pulumi.Output[str] | None) -> dict[str, Any]:
    """What a distribution shows its viewers."""
    if certificate is None:
        # Why not CKV_AWS_174 and CKV2_AWS_42 here: with CloudFront's own certificate TLS 1.0 is taken too, whatever is
        # asked (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html).
        return {"cloudfront_default_certificate": True}
    return {
        "acm_certificate_arn": certificate,
        "minimum_protocol_version": MINIMUM_PROTOCOL,
        "ssl_support_method": "sni-only",
    }


def lead(scope: Scope, spec: CdnSpec, distribution: cloudfront.Distribution) -> list[pulumi.Resource]:
    """In the zones that are ours, the names lead to the distribution, by IPv4 and IPv6."""
    name = distribution.domain_name
    alias = AwsAlias(name=name, zone_id=distribution.hosted_zone_id, types=("A", "AAAA"))
    return dns.lead(scope, spec.domains, certificates.zones(scope, spec.zones), dns.Place("CNAME", name, alias))

"""The names of a distribution: its certificate, and the records that prove and lead (`certificates`).

CloudFront reads certificates in us-east-1 only
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import cloudfront, route53

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec
from infra_kit.providers.aws import certificates

REGION = "us-east-1"
MINIMUM_PROTOCOL = "TLSv1.2_2021"


def certificate(scope: Scope, spec: CdnSpec) -> pulumi.Output[str] | None:
    """The ARN of the certificate of its domains, if there are any."""
    return certificates.certificate(scope, spec.domains, region=REGION) if spec.domains else None


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


def lead(scope: Scope, domains: Sequence[str], distribution: cloudfront.Distribution) -> list[route53.Record]:
    """In the zones that are ours, the names lead to the distribution, by IPv4 and IPv6."""
    alias = {"name": distribution.domain_name, "zone_id": distribution.hosted_zone_id}
    return certificates.lead(scope, domains, alias)

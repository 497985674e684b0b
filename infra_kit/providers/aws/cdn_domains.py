"""The names of a distribution: its certificate, and the records that prove and lead.

CloudFront reads certificates in us-east-1 only
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html). For names in a
hosted zone that `AwsSettings.hosted_zones` names, all records are made. For others, `up` says which records their DNS
needs and waits for the certificate, up to 75 minutes; stopped and run again, it goes on waiting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
from pulumi_aws import acm, cloudfront, route53

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws.settings import AwsSettings

REGION = "us-east-1"
MAX_COMMON_NAME = 64
"""https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""
MINIMUM_PROTOCOL = "TLSv1.2_2021"
VALIDATION_TTL = 300


def viewer_certificate(scope: Scope, spec: CdnSpec) -> dict[str, Any]:
    """What a distribution shows its viewers."""
    if not spec.domains:
        # Why not CKV_AWS_174 and CKV2_AWS_42 here: with CloudFront's own certificate TLS 1.0 is taken too, whatever is
        # asked (https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html).
        return {"cloudfront_default_certificate": True}
    return {
        "acm_certificate_arn": _certificate(scope, spec.domains),
        "minimum_protocol_version": MINIMUM_PROTOCOL,
        "ssl_support_method": "sni-only",
    }


def _certificate(scope: Scope, domains: Sequence[str]) -> pulumi.Output[str]:
    """The ARN of a certificate, once it is valid."""
    name, *others = sorted(domains, key=len)
    if len(name) > MAX_COMMON_NAME:
        raise SpecError(
            f"Cdn {scope.name!r}: domains: given {name!r}; of a certificate of AWS, one name has {MAX_COMMON_NAME} "
            "characters at most. Add a shorter one."
        )
    certificate = scope.resource(
        "certificate",
        acm.Certificate,
        region=REGION,
        domain_name=name,
        subject_alternative_names=others,
        validation_method="DNS",
        tags=scope.tags,
    )
    valid = scope.resource(
        "certificate-valid",
        acm.CertificateValidation,
        region=REGION,
        certificate_arn=certificate.arn,
        depends_on=_prove(scope, domains, certificate.domain_validation_options),
    )
    return valid.certificate_arn


Options = pulumi.Output[Sequence[Any]]


def _prove(scope: Scope, domains: Sequence[str], options: Options) -> list[route53.Record]:
    """The records that prove whose the names are; those that we cannot make are said."""
    bases = sorted({domain.removeprefix("*.") for domain in domains})
    ours = {base: zone for base in bases if (zone := _zone(scope, base))}
    for base in bases:
        if base not in ours:
            _option(options, base).apply(lambda option: _say(scope, option))
    return [_validation(scope, base, zone, _option(options, base)) for base, zone in ours.items()]


def _zone(scope: Scope, domain: str) -> str | None:
    """The hosted zone of a name: of those that fit, the one nearest to it."""
    zones = cast(AwsSettings, scope.target.settings).hosted_zones
    fitting = [zone for zone in zones if domain == zone or domain.endswith(f".{zone}")]
    return zones[max(fitting, key=len)] if fitting else None


def _option(options: Options, base: str) -> pulumi.Output[Any]:
    """A name and its wildcard are proved by one record."""
    return options.apply(lambda known: known[0] if len(known) == 1 else _by_name(known)[base])


def _by_name(options: Sequence[Any]) -> dict[str, Any]:
    return {option.domain_name.removeprefix("*."): option for option in options}


def _say(scope: Scope, option: Any) -> None:
    pulumi.log.info(
        f"Cdn {scope.name!r}: the certificate for {option.domain_name} waits for this record in the DNS of its owner, "
        f"and needs it for every renewal: {option.resource_record_name} {option.resource_record_type} "
        f"{option.resource_record_value}",
        scope.parent,
    )


def _validation(scope: Scope, base: str, zone: str, option: pulumi.Output[Any]) -> route53.Record:
    return scope.resource(
        f"validation-{base}",
        route53.Record,
        zone_id=zone,
        name=option.apply(lambda it: it.resource_record_name),
        type=option.apply(lambda it: it.resource_record_type),
        records=[option.apply(lambda it: it.resource_record_value)],
        ttl=VALIDATION_TTL,
        # Another certificate for the same name is proved by the same record.
        allow_overwrite=True,
    )


def lead(scope: Scope, domains: Sequence[str], distribution: cloudfront.Distribution) -> list[route53.Record]:
    """In the zones that are ours, the names lead to the distribution, by IPv4 and IPv6."""
    alias: Mapping[str, Any] = {
        "name": distribution.domain_name, "zone_id": distribution.hosted_zone_id, "evaluate_target_health": False
    }  # fmt: skip
    zones = {domain: _zone(scope, domain.removeprefix("*.")) for domain in domains}
    return [
        scope.resource(
            f"{type_.lower()}-{domain}", route53.Record, zone_id=zone, name=domain, type=type_, aliases=[alias]
        )
        for domain, zone in zones.items()
        for type_ in ("A", "AAAA")
        if zone
    ]

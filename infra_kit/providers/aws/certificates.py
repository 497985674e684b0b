"""Certificates of ACM, and the DNS records that prove and lead.

For names in a hosted zone that `AwsSettings.hosted_zones` names, all records are made. For others, `up` says which
records their DNS needs and waits for the certificate, up to 75 minutes; stopped and run again, it goes on waiting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
from pulumi_aws import acm, route53

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.aws.settings import AwsSettings

MAX_COMMON_NAME = 64
"""https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""
VALIDATION_TTL = 300


def certificate(scope: Scope, domains: Sequence[str], **place: Any) -> pulumi.Output[str]:
    """The ARN of a certificate, once it is valid. Raises `SpecError`.

    Args:
        scope: the component's.
        domains: its names.
        place: `region`, where it is another than the component's.
    """
    name, *others = sorted(domains, key=len)
    if len(name) > MAX_COMMON_NAME:
        raise SpecError(
            f"{scope.what}: domains: given {name!r}; ACM needs one name of at most {MAX_COMMON_NAME} characters. Add a "
            "shorter one."
        )
    made = scope.resource(
        "certificate",
        acm.Certificate,
        domain_name=name,
        subject_alternative_names=others,
        validation_method="DNS",
        tags=scope.tags,
        **place,
    )
    valid = scope.resource(
        "certificate-valid",
        acm.CertificateValidation,
        certificate_arn=made.arn,
        depends_on=_prove(scope, domains, made.domain_validation_options),
        **place,
    )
    return valid.certificate_arn


def elsewhere(
    scope: Scope, domains: Sequence[str], first: pulumi.Output[str], role: str, region: pulumi.Output[str]
) -> pulumi.Output[str]:
    """The ARN of a certificate of the same names in another region. What proved the first one proves it: the records go
    by account and name (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html)."""
    name, *others = sorted(domains, key=len)
    made = scope.resource(
        role,
        acm.Certificate,
        domain_name=name,
        subject_alternative_names=others,
        validation_method="DNS",
        tags=scope.tags,
        region=region,
    )
    proved = pulumi.Output.all(made.arn, first).apply(lambda arns: arns[0])
    valid = scope.resource(f"{role}-valid", acm.CertificateValidation, certificate_arn=proved, region=region)
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
        f"{scope.what}: the certificate for {option.domain_name} waits for this record in the DNS of its owner, "
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


def lead(
    scope: Scope, domains: Sequence[str], alias: Mapping[str, Any], types: Sequence[str] = ("A", "AAAA")
) -> list[route53.Record]:
    """In the zones that are ours, the names lead there.

    Args:
        scope: the component's.
        domains: the names.
        alias: `name` and `zone_id` of where to.
        types: of the records: by IPv4, by IPv6.
    """
    zones = {domain: _zone(scope, domain.removeprefix("*.")) for domain in domains}
    return [
        scope.resource(
            f"{type_.lower()}-{domain}",
            route53.Record,
            zone_id=zone,
            name=domain,
            type=type_,
            aliases=[{**alias, "evaluate_target_health": False}],
        )
        for domain, zone in zones.items()
        for type_ in types
        if zone
    ]

"""Certificates of ACM, and the zones of the names that they are for.

For names in a zone that the edge was given, or in a hosted zone that `AwsSettings.hosted_zones` names, all records are
made. For others, `up` says which records their DNS needs and waits for the certificate, up to 75 minutes; stopped and
run again, it goes on waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import pulumi
from pulumi_aws import acm

from infra_kit.component import Scope
from infra_kit.components.domain import Domain, Entry, nearest
from infra_kit.errors import SpecError
from infra_kit.providers.aws.domain import in_hosted
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.providers.common import dns
from infra_kit.providers.common.dns import Zones

MAX_COMMON_NAME = 64
"""https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"""


def zones(scope: Scope, given: Sequence[Domain]) -> Zones:
    """The zones of an edge's names: those that it was given, then those that the settings name."""
    hosted = cast(AwsSettings, scope.target.settings).hosted_zones
    return {**{domain: partial(in_hosted, domain, id_) for domain, id_ in hosted.items()}, **dns.zones(given)}


def certificate(scope: Scope, domains: Sequence[str], zones: Zones, **place: Any) -> pulumi.Output[str]:
    """The ARN of a certificate, once it is valid. Raises `SpecError`.

    Args:
        scope: the component's.
        domains: its names.
        zones: where they may be.
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
        depends_on=_prove(scope, domains, zones, made.domain_validation_options),
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


def _prove(scope: Scope, domains: Sequence[str], zones: Zones, options: Options) -> list[pulumi.Resource]:
    """The records that prove whose the names are; those that we cannot make are said."""
    made: list[pulumi.Resource] = []
    for base in sorted({domain.removeprefix("*.") for domain in domains}):
        option, zone = _option(options, base), nearest(base, zones)
        if zone:
            made += zones[zone](scope, _validation(scope, base, option))
        else:
            option.apply(lambda option: _say(scope, option))
    return made


def _option(options: Options, base: str) -> pulumi.Output[Any]:
    """A name and its wildcard are proved by one record."""
    return options.apply(lambda known: known[0] if len(known) == 1 else _by_name(known)[base])


def _by_name(options: Sequence[Any]) -> dict[str, Any]:
    return {option.domain_name.removeprefix("*."): option for option in options}


def _say(scope: Scope, option: Any) -> None:
    pulumi.log.info(
        f"{scope.what}: the certificate for {option.domain_name} waits up to 75 minutes for this record in the DNS of "
        f"its owner, and needs it for every renewal: {option.resource_record_name} {option.resource_record_type} "
        f"{option.resource_record_value}",
        scope.parent,
    )


def _validation(scope: Scope, base: str, option: pulumi.Output[Any]) -> Entry:
    """Always a CNAME (https://docs.aws.amazon.com/acm/latest/APIReference/API_ResourceRecord.html)."""
    return Entry(
        role=f"validation-{scope.place}-{base}",
        name=option.apply(lambda it: it.resource_record_name),
        type="CNAME",
        values=[option.apply(lambda it: it.resource_record_value)],
        proves=(base, scope.account),
    )

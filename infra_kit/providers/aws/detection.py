"""What watches the account for intruders and for what is set up badly: GuardDuty and Security Hub.

Made where the settings say `detection: true`, once a region, with the first network there: both are an account's and a
region's, so one stack of an account makes them, mostly production's. Where an organization switches them on for all of
its accounts, leave it out. GuardDuty tells Security Hub what it finds, and findings are seen there. It is subscribed to
AWS's own best practices too
(https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html), of which it can check but few by itself:
most ask AWS Config (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-setup-prereqs.html), which is
not made here: it is the account's, and costs by each change that it records. They say "no data" until it stands.

Not made: their plans for S3, EKS, Malware and the like, each of which costs by itself; Amazon Inspector: ECR scans what
is pushed (`repository`); Shield Standard, which every account has
(https://docs.aws.amazon.com/waf/latest/developerguide/ddos-standard-summary.html).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pulumi
from pulumi_aws import guardduty, securityhub

from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.providers.aws import identity
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.spec import Spec

if TYPE_CHECKING:
    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()

BEST_PRACTICES = "standards/aws-foundational-security-best-practices/v/1.0.0"


class DetectionSpec(Spec):
    """Nothing: it watches all there is."""


@dataclass(frozen=True, kw_only=True)
class DetectionEndpoint:
    """What watches."""

    detector: pulumi.Output[str]
    """GuardDuty's id."""


class Detection(Component[DetectionSpec, DetectionEndpoint]):
    """What watches an account in a region."""

    KIND = "detection"
    SPEC = DetectionSpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


def watch(scope: Scope) -> None:
    """Has the region of a component watched, where that is to be."""
    if cast(AwsSettings, scope.target.settings).detection:
        scope.shared(Detection, Detection.KIND)


def create(scope: Scope, spec: DetectionSpec) -> DetectionEndpoint:  # noqa: ARG001  every driver's form
    detector = scope.resource(
        "detector", guardduty.Detector, enable=True, finding_publishing_frequency="FIFTEEN_MINUTES", tags=scope.tags
    )
    hub = scope.resource("hub", securityhub.Account, enable_default_standards=False)
    scope.resource(
        "best-practices",
        securityhub.StandardsSubscription,
        standards_arn=pulumi.Output.concat(
            "arn:", identity.partition(scope), ":securityhub:", identity.region(scope), "::", BEST_PRACTICES
        ),
        depends_on=[hub],
    )
    return DetectionEndpoint(detector=detector.id)

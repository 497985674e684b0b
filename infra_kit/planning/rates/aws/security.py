"""Keys, secrets, parameters, the web firewall (https://aws.amazon.com/kms/pricing/, https://aws.amazon.com/waf/pricing/).

Requests to KMS and Secrets Manager are not counted: bucket keys and caches leave few of them. A key costs
as much again for each of its first two rotations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import fixed
from infra_kit.planning.rates.reading import MILLION, each

LONG = 4096
"""Bytes: a parameter that is longer is an advanced one."""
BOTS = "AWSManagedRulesBotControlRuleSet"


def parameter(asked: Asked) -> Iterator[Line]:
    """Standard ones are free; an advanced one is long, or said to be it."""
    long = len(str(asked.inputs.get("value") or "").encode()) > LONG
    if asked.inputs.get("tier") == "Advanced" or long:
        yield Line("an advanced parameter", "parameters/advanced", 1)


def acl(asked: Asked) -> Iterator[Line]:
    rules = each(asked.inputs.get("rules"))
    yield Line("a web firewall", "waf/acl", 1)
    if rules:
        yield Line(f"{len(rules)} rules", "waf/rule", len(rules))
    yield Line("requests", "waf/requests", asked.usage.requests / MILLION, assumed=True)
    if any(BOTS in str(rule.get("statement")) for rule in rules):
        yield Line("bot control", "waf/bots", 1)
        yield Line("requests that it looks at", "waf/bot-requests", asked.usage.requests / MILLION, assumed=True)


def certificate(asked: Asked) -> Iterator[Line]:
    """A public one is free."""
    if asked.inputs.get("certificateAuthorityArn"):
        yield Line("a private certificate", "acm/private", 1)


def people(asked: Asked) -> Iterator[Line]:
    """Of the plan Essentials."""
    yield Line("people who log in", "cognito/essentials", asked.usage.people, assumed=True)


EVENTS = 0.2
"""Millions of management events a month, which no plan knows: a small account's."""
CHECKS = 5000
"""A month, of some hundred resources."""


def detector(asked: Asked) -> Iterator[Line]:
    """GuardDuty, without the plans that cost by themselves."""
    yield Line("flows and DNS queries that it reads", "guardduty/gb", asked.usage.log_gb, assumed=True)
    yield Line("management events that it reads", "guardduty/events", EVENTS, assumed=True)


def best_practices(asked: Asked) -> Iterator[Line]:  # noqa: ARG001  every rate's form
    yield Line("checks of Security Hub", "securityhub/check", CHECKS / 1000, assumed=True)


RATES: Mapping[str, Rate] = {
    "aws:cognito/userPool:UserPool": people,
    "aws:guardduty/detector:Detector": detector,
    "aws:kms/key:Key": fixed("a key", "kms/key"),
    "aws:secretsmanager/secret:Secret": fixed("a secret", "secrets/secret"),
    "aws:securityhub/standardsSubscription:StandardsSubscription": best_practices,
    "aws:ssm/parameter:Parameter": parameter,
    "aws:wafv2/webAcl:WebAcl": acl,
    "aws:acm/certificate:Certificate": certificate,
}

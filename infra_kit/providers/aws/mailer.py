"""Mailer on AWS: a domain identity of SES, its DKIM and its return path, and users of IAM that send by SMTP.

- Whose the domain is, its DKIM records prove: SES signs with keys of 2048 bits and changes them by itself
  (https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html). Until SES has seen them it
  sends nothing; `up` does not wait for that.
- What comes back goes to `bounce.<domain>`, so that SPF is the domain's own too
  (https://docs.aws.amazon.com/ses/latest/dg/mail-from.html); where its records are missing, SES uses its own name.
- An address that bounced, or whose owner called a mail spam, gets no more: the suppression list of the account
  (https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html). To receivers without TLS nothing is
  delivered.
- A user may send from the domain's addresses, and do nothing else. Its SMTP password is made of its key
  (https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html), for this region alone.
- A domain is one identity an account and region: environments that share an account have domains of their own.
- A new account sends to addresses that are verified there, 200 a day, until somebody asks AWS for more
  (https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html).
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_aws import sesv2, sns

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.domain import Entry
from infra_kit.components.mailer import MailerEndpoint, MailerSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import identity, keys, policies, topics, users
from infra_kit.providers.aws.certificates import zones
from infra_kit.providers.aws.users import User
from infra_kit.providers.common import mail, urls

SUPPORTS = frozenset({features.BOUNCE_REPORTS})

SES = "ses.amazonaws.com"
PORT = 587
"""STARTTLS (https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html)."""
SUFFIX_BYTES = 3
TOKENS = 3
"""Of DKIM, each a record."""
OWN_DKIM = frozenset(
    {
        "af-south-1", "ap-northeast-3", "ap-south-2", "ap-southeast-3", "ap-southeast-5", "ca-west-1", "eu-central-2",
        "eu-south-1", "il-central-1", "me-central-1", "us-gov-east-1",
    }
)  # fmt: skip
"""Regions whose keys stand under a name of their own (https://docs.aws.amazon.com/general/latest/gr/ses.html#ses_dkim_domains)."""


@dataclass(frozen=True, kw_only=True)
class AwsMailer:
    """What a link's user may send by, and where."""

    identity: sesv2.EmailIdentity
    rules: sesv2.ConfigurationSet
    region: pulumi.Output[str]
    host: pulumi.Output[str]


def create(scope: Scope, spec: MailerSpec) -> MailerEndpoint:
    rules = _rules(scope)
    sends = _identity(scope, spec, rules)
    region = identity.region(scope)
    host = pulumi.Output.concat("email-smtp.", region, ".", identity.domain(scope))
    there = AwsMailer(identity=sends, rules=rules, region=region, host=host)
    if spec.feedback:
        _tell(scope, spec, rules)
    entries = [*_dkim(scope, spec, there), *_return_path(scope, spec, there), mail.dmarc(spec)]
    user = users.user(scope, _may_send(spec, there))
    return MailerEndpoint(
        host=host,
        port=pulumi.Output.from_input(PORT),
        security=pulumi.Output.from_input("starttls"),
        sender=pulumi.Output.from_input(spec.address),
        records=mail.publish(scope, spec, entries, zones(scope, spec.zones)),
        inbox=pulumi.Output.from_input(None),
        native=there,
        **_login(there, user),
    )


def link(scope: Scope, link: Link) -> Grant:
    """By a user of IAM of its own: SMTP knows no roles."""
    there = scope.native(link.to, AwsMailer)
    endpoint: MailerEndpoint = link.to.endpoint
    user = users.user(scope, _may_send(link.to.spec, there), f"link-{link.key}-")
    return replace(endpoint, **_login(there, user)).grant()


def _rules(scope: Scope) -> sesv2.ConfigurationSet:
    """They hold for all that is sent as the domain. A set has no automatic name."""
    mark = scope.resource(
        "rules-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps its set
    )
    return scope.resource(
        "rules",
        sesv2.ConfigurationSet,
        configuration_set_name=mark.hex,
        delivery_options={"tls_policy": "REQUIRE"},
        reputation_options={"reputation_metrics_enabled": True},
        sending_options={"sending_enabled": True},
        suppression_options={"suppressed_reasons": ["BOUNCE", "COMPLAINT"]},
        tags=scope.tags,
    )


def _identity(scope: Scope, spec: MailerSpec, rules: sesv2.ConfigurationSet) -> sesv2.EmailIdentity:
    return scope.resource(
        "identity",
        sesv2.EmailIdentity,
        email_identity=spec.domain,
        configuration_set_name=rules.configuration_set_name,
        dkim_signing_attributes={"next_signing_key_length": "RSA_2048_BIT"},
        tags=scope.tags,
    )


def _dkim(scope: Scope, spec: MailerSpec, there: AwsMailer) -> list[Entry]:
    """Which keys they name is known once the identity stands."""
    tokens = there.identity.dkim_signing_attributes.apply(lambda known: known.tokens or [])
    return [_dkim_record(scope, spec, number, tokens, there.region) for number in range(1, TOKENS + 1)]


def _dkim_record(
    scope: Scope, spec: MailerSpec, number: int, tokens: pulumi.Output[Any], region: pulumi.Output[str]
) -> Entry:
    # A key of one's own (by `overrides`) has no tokens: its record is its owner's to set, and these lead nowhere.
    token = tokens.apply(lambda known: known[number - 1] if known else f"none-{number}")
    own = region.apply(lambda name: f".{name}" if name in OWN_DKIM else "")
    role = f"dkim-{number}-{scope.place}-{spec.domain}"
    return Entry(
        role=role,
        name=pulumi.Output.concat(token, f"._domainkey.{spec.domain}"),
        type="CNAME",
        values=[pulumi.Output.concat(token, ".dkim", own, ".amazonses.com")],
        proves=role,
    )


def _return_path(scope: Scope, spec: MailerSpec, there: AwsMailer) -> list[Entry]:
    name = f"bounce.{spec.domain}"
    scope.resource(
        "return-path",
        sesv2.EmailIdentityMailFromAttributes,
        email_identity=there.identity.email_identity,
        mail_from_domain=name,
        behavior_on_mx_failure="USE_DEFAULT_VALUE",
    )
    back = pulumi.Output.concat("10 feedback-smtp.", there.region, ".amazonses.com")
    return [
        Entry(role=f"mx-{name}", name=name, type="MX", values=[back]),
        mail.text(name, "v=spf1 include:amazonses.com ~all"),
    ]


def _tell(scope: Scope, spec: MailerSpec, rules: sesv2.ConfigurationSet) -> None:
    """By mail, as SNS writes it; each address is asked first whether it wants that."""
    topic = scope.resource(
        "feedback",
        sns.Topic,
        display_name=f"{scope.target.app} mail",
        kms_master_key_id=keys.key_arn(scope, services=[SES]),
        tags=scope.tags,
    )
    own = {"ArnLike": {"aws:SourceArn": rules.arn}, "StringEquals": {"aws:SourceAccount": identity.account(scope)}}
    let = scope.resource(
        "feedback-policy", sns.TopicPolicy, arn=topic.arn, policy=topics.policy(topic, "OwnMail", SES, **own)
    )
    for address in spec.feedback:
        scope.resource(
            f"feedback-{address}", sns.TopicSubscription, topic=topic.arn, protocol="email", endpoint=address
        )
    scope.resource(
        "feedback-events",
        sesv2.ConfigurationSetEventDestination,
        configuration_set_name=rules.configuration_set_name,
        event_destination_name="feedback",
        event_destination={
            "enabled": True,
            "matching_event_types": ["BOUNCE", "COMPLAINT", "REJECT"],
            "sns_destination": {"topic_arn": topic.arn},
        },
        depends_on=[let],
    )


def _may_send(spec: MailerSpec, there: AwsMailer) -> pulumi.Output[str]:
    own = {"StringLike": {"ses:FromAddress": f"*@{spec.domain}"}}
    return policies.document([policies.allow(["ses:SendRawEmail"], [there.identity.arn, there.rules.arn], **own)])


def _login(there: AwsMailer, user: User) -> dict[str, Any]:
    """The fields of an endpoint that say who somebody is."""
    made = pulumi.Output.all(user.secret, there.region).apply(lambda known: smtp_password(*known))
    password: pulumi.Output[str] = pulumi.Output.secret(made)
    url = urls.url("smtp", username=user.key_id, password=password, host=there.host, port=PORT)
    return {"username": user.key_id, "password": password, "url": url}


def smtp_password(secret: str, region: str) -> str:
    """Of a user's secret access key (https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html)."""
    signature = f"AWS4{secret}".encode()
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = hmac.digest(signature, part.encode(), "sha256")
    return base64.b64encode(b"\x04" + signature).decode()

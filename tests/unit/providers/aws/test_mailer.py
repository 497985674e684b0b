"""What a Mailer is made of on AWS."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from infra_kit import Domain, Environment, Mailer, Service, Target
from infra_kit.providers.aws.mailer import smtp_password
from infra_kit.providers.aws.settings import AwsSettings
from infra_kit.testing import Recording, record

AWS = Target(name="aws", app="shop", environment=Environment.STAGING, region="eu-west-1")


def mailer(target: Target = AWS, *, zone: bool = False, **arguments: Any) -> Recording:
    def program() -> None:
        zones = [Domain("zone", target=target, domain="shop.example")] if zone else []
        Mailer("mail", target=target, domain="shop.example", zones=zones, **arguments)

    return record(program, config={"infra-kit:environment": "staging"})


def test_the_domain_is_signed_with_long_keys_and_held_to_rules_of_its_own() -> None:
    made = mailer()
    identity, rules = made.named("mail-identity").inputs, made.named("mail-rules").inputs
    assert identity["emailIdentity"] == "shop.example"
    assert identity["dkimSigningAttributes"] == {"nextSigningKeyLength": "RSA_2048_BIT"}
    assert identity["configurationSetName"] == rules["configurationSetName"]
    assert rules["configurationSetName"].startswith("mail-")
    assert rules["deliveryOptions"] == {"tlsPolicy": "REQUIRE"}
    assert set(rules["suppressionOptions"]["suppressedReasons"]) == {"BOUNCE", "COMPLAINT"}
    assert rules["reputationOptions"] == {"reputationMetricsEnabled": True}


def test_what_comes_back_has_a_name_of_the_domain() -> None:
    back = mailer().named("mail-return-path").inputs
    assert back["mailFromDomain"] == "bounce.shop.example"
    assert back["behaviorOnMxFailure"] == "USE_DEFAULT_VALUE"


RECORDS = [
    "first._domainkey.shop.example. 300 IN CNAME first.dkim.amazonses.com.",
    "second._domainkey.shop.example. 300 IN CNAME second.dkim.amazonses.com.",
    "third._domainkey.shop.example. 300 IN CNAME third.dkim.amazonses.com.",
    "bounce.shop.example. 300 IN MX 10 feedback-smtp.eu-west-1.amazonses.com.",
    'bounce.shop.example. 300 IN TXT "v=spf1 include:amazonses.com ~all"',
    '_dmarc.shop.example. 300 IN TXT "v=DMARC1; p=reject; rua=mailto:a@shop.example,mailto:b@other.example"',
]
STRICT: dict[str, Any] = {"dmarc": "reject", "dmarc_reports": ["a@shop.example", "b@other.example"]}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, *_: texts.append(text))
    return texts


def test_the_records_of_a_domain_in_no_zone_are_told_and_said(said: list[str]) -> None:
    made = mailer(**STRICT)
    assert made.named("mail").outputs["records"] == RECORDS
    assert not [it for it in made.resources if it.type == "aws:route53/record:Record"]
    (told,) = [text for text in said if "set these in the DNS of shop.example" in text]
    assert all(line in told for line in RECORDS)


def test_the_records_are_made_in_the_domains_zone_and_told_too(said: list[str]) -> None:
    made = mailer(zone=True, **STRICT)
    assert made.named("mail").outputs["records"] == RECORDS
    in_zone = {it.name: it.inputs for it in made.children("zone") if it.type == "aws:route53/record:Record"}
    assert sorted(in_zone) == [
        "zone-dkim-1-aws-shop.example",
        "zone-dkim-2-aws-shop.example",
        "zone-dkim-3-aws-shop.example",
        "zone-mx-bounce.shop.example",
        "zone-txt-_dmarc.shop.example",
        "zone-txt-bounce.shop.example",
    ]
    assert in_zone["zone-dkim-2-aws-shop.example"]["name"] == "second._domainkey.shop.example"
    assert not [text for text in said if "set these in the DNS" in text]


def test_the_records_are_made_in_a_zone_that_the_settings_name() -> None:
    settings = AwsSettings(hosted_zones={"shop.example": "Z0123456789"})
    target = Target(name="aws", app="shop", environment=Environment.STAGING, region="eu-west-1", settings=settings)
    made = [it for it in mailer(target).resources if it.type == "aws:route53/record:Record"]
    assert {it.inputs["zoneId"] for it in made} == {"Z0123456789"}
    assert len(made) == len(RECORDS)


def test_regions_with_keys_of_their_own_are_named_in_the_records() -> None:
    milan = Target(name="aws", app="shop", environment=Environment.STAGING, region="eu-south-1")
    assert "first.dkim.eu-south-1.amazonses.com." in mailer(milan).named("mail").outputs["records"][0]


def test_a_user_may_send_as_the_domain_and_nothing_else() -> None:
    (said,) = json.loads(mailer().named("mail-user-policy").inputs["policy"])["Statement"]
    assert said["Action"] == ["ses:SendRawEmail"]
    assert said["Condition"] == {"StringLike": {"ses:FromAddress": "*@shop.example"}}
    identity, rules = said["Resource"]
    assert identity.endswith(":identity/shop.example")
    assert ":configuration-set/mail-" in rules


def test_a_link_has_a_user_of_its_own_with_the_same_rights() -> None:
    def program() -> None:
        mail = Mailer("mail", target=AWS, domain="shop.example")
        Service("api", target=AWS, image="registry.example/api:1", links=[mail.link()])

    made = record(program, config={"infra-kit:environment": "staging"})
    own, linked = (made.named(f"{name}-policy") for name in ("mail-user", "api-link-mail-user"))
    assert own.inputs["policy"] == linked.inputs["policy"]
    assert own.inputs["user"] != linked.inputs["user"]
    assert linked.parent == made.named("api").urn


def test_who_is_told_of_bounces_is_asked_first_and_only_ses_tells_them() -> None:
    made = mailer(feedback=["ops@shop.example"])
    (asked,) = [it for it in made.resources if it.type == "aws:sns/topicSubscription:TopicSubscription"]
    assert (asked.inputs["protocol"], asked.inputs["endpoint"]) == ("email", "ops@shop.example")
    let, deny = json.loads(made.named("mail-feedback-policy").inputs["policy"])["Statement"]
    assert let["Principal"] == {"Service": "ses.amazonaws.com"}
    assert ":configuration-set/mail-" in let["Condition"]["ArnLike"]["aws:SourceArn"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    told = made.named("mail-feedback-events").inputs["eventDestination"]
    assert told["enabled"]
    assert set(told["matchingEventTypes"]) == {"BOUNCE", "COMPLAINT", "REJECT"}
    assert made.named("mail-feedback-policy").urn in made.named("mail-feedback-events").options.depends_on


def test_in_production_the_reports_are_encrypted_with_an_own_key_that_ses_may_use() -> None:
    production = Target(name="aws", app="shop", environment=Environment.PRODUCTION, region="eu-west-1")
    made = mailer(production, feedback=["ops@shop.example"])
    assert made.named("mail-feedback").inputs["kmsMasterKeyId"]
    assert "ses.amazonaws.com" in made.named("mail-key").inputs["policy"]


@pytest.mark.parametrize(
    ("region", "password"),
    [
        ("eu-central-1", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"),
        ("us-west-1", "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj"),
    ],
)
def test_the_password_is_what_aws_makes_of_the_key(region: str, password: str) -> None:
    """As the Terraform provider's own tests have it (internal/service/iam/access_key_test.go)."""
    assert smtp_password("some+secret+key", region) == password

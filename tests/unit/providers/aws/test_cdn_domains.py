"""By which names a Cdn on AWS answers."""

from __future__ import annotations

import re

from tests.unit.providers.aws.edges import AWS, made, refused


def test_without_a_domain_it_answers_by_cloudfronts_name() -> None:
    recording = made()

    assert recording.named("edge-distribution").inputs["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert recording.named("edge").outputs["url"] == "https://d1edge.cloudfront.net"


def test_its_certificate_is_in_us_east_1_and_waited_for() -> None:
    recording = made(AWS | {"infra-kit:region": "eu-west-1"}, domains=["www.example.com", "*.example.org"])
    certificate, valid = recording.named("edge-certificate"), recording.named("edge-certificate-valid")
    made_of = recording.named("edge-distribution")

    assert certificate.inputs["region"] == valid.inputs["region"] == "us-east-1"
    assert [certificate.inputs["domainName"], *certificate.inputs["subjectAlternativeNames"]] == [
        "*.example.org", "www.example.com"
    ]  # fmt: skip
    assert made_of.inputs["viewerCertificate"] == {
        "acmCertificateArn": certificate.outputs["arn"],
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }
    assert valid.urn in made_of.options.depends_on
    assert made_of.inputs["aliases"] == ["www.example.com", "*.example.org"]
    assert not recording.of_type("aws:route53/record:Record")


def test_in_a_zone_of_ours_the_records_are_made() -> None:
    zones = {"example.com": "Z1", "shop.example.com": "Z2"}
    config = AWS | {"infra-kit:aws": {"hosted_zones": zones}}
    recording = made(config, domains=["example.com", "*.example.com", "www.shop.example.com", "example.org"])
    made_there = recording.of_type("aws:route53/record:Record")
    records = {re.sub(r"^aws-zone-.*?-[0-9a-f]{4}-", "", record.name): record for record in made_there}

    assert set(records) == {
        "validation-aws-example.com", "validation-aws-www.shop.example.com", "a-example.com", "aaaa-example.com",
        "a-*.example.com", "aaaa-*.example.com", "a-www.shop.example.com", "aaaa-www.shop.example.com",
    }  # fmt: skip
    proof = records["validation-aws-www.shop.example.com"]
    assert (proof.inputs["zoneId"], proof.inputs["name"]) == ("Z2", "_proof.www.shop.example.com.")
    assert proof.inputs["records"] == ["_proof.www.shop.example.com.acm-validations.aws."]
    assert proof.urn in recording.named("edge-certificate-valid").options.depends_on
    (alias,) = records["a-*.example.com"].inputs["aliases"]
    assert alias["name"] == "d1edge.cloudfront.net"


def test_its_url_is_the_first_domain_that_is_an_address() -> None:
    url = made(domains=["*.example.com", "www.example.com"]).named("edge").outputs["url"]
    assert url == "https://www.example.com"
    assert made(domains=["*.example.com"]).named("edge").outputs["url"] == "https://d1edge.cloudfront.net"


def test_a_certificate_has_one_name_that_is_short_enough() -> None:
    name = f"{'a' * 60}.example.com"
    assert f"domains: given '{name}'" in refused(domains=[name])
    assert made(domains=[name, "example.com"]).named("edge-certificate").inputs["domainName"] == "example.com"

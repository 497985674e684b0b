"""Cdn on AWS: which route a request takes, what production has more, what its origins trust."""

from __future__ import annotations

from infra_kit import Cdn, Route
from infra_kit.components.cdn import CdnSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws import cdn as driver
from infra_kit.providers.aws.cdn_cache import CACHING_DISABLED
from infra_kit.testing import record
from tests.unit.lacking import gaps
from tests.unit.providers.aws.edges import API, AWS, PRODUCTION, distribution, fronting_files, made
from tests.unit.providers.aws.waits import waiting_for, waits_for
from tests.unit.refusals import refusal


def test_the_longest_pattern_wins_and_everything_else_is_the_default() -> None:
    made_of = distribution(routes={"/*": API, "/b/*": API, "/a/*": API, "/a/b/*": API})

    assert [behaviour["pathPattern"] for behaviour in made_of["orderedCacheBehaviors"]] == ["/a/b/*", "/a/*", "/b/*"]
    assert made_of["defaultCacheBehavior"]["targetOriginId"] == API


def test_where_no_route_leads_the_edge_answers_404() -> None:
    recording = made(routes={"/api/*": API})
    default = recording.named("edge-distribution").inputs["defaultCacheBehavior"]
    function = recording.named("edge-not-found")

    assert "statusCode: 404" in function.inputs["code"]
    assert default["functionAssociations"] == [{"eventType": "viewer-request", "functionArn": function.outputs["arn"]}]
    assert (default["allowedMethods"], default["cachePolicyId"]) == (["GET", "HEAD"], CACHING_DISABLED)
    assert not made().of_type("aws:cloudfront/function:Function")


def test_viewers_come_by_https_and_only_hosts_take_more_than_reads() -> None:
    made_of = fronting_files({"/api/*": API}).named("edge-distribution").inputs
    (api,) = made_of["orderedCacheBehaviors"]

    assert made_of["defaultCacheBehavior"]["viewerProtocolPolicy"] == api["viewerProtocolPolicy"] == "redirect-to-https"
    assert made_of["defaultCacheBehavior"]["allowedMethods"] == ["GET", "HEAD"]
    assert "POST" in api["allowedMethods"]
    assert (made_of["httpVersion"], made_of["isIpv6Enabled"]) == ("http2and3", True)


def test_a_store_answers_the_root_with_its_index() -> None:
    assert fronting_files().named("edge-distribution").inputs["defaultRootObject"] == "index.html"
    assert "defaultRootObject" not in distribution(routes={"/*": API})


def test_production_logs_accesses_into_a_bucket_that_cloudfront_may_write_to() -> None:
    recording = made(PRODUCTION)
    logging = recording.named("edge-distribution").inputs["loggingConfig"]

    assert logging == {"bucket": "edge-bucket-1a2b3c4.s3.amazonaws.com", "includeCookies": False}
    assert recording.named("edge-logs-ownership").inputs["rule"] == {"objectOwnership": "BucketOwnerPreferred"}
    assert recording.named("edge-logs-block").inputs["blockPublicAcls"] is True
    assert recording.named("edge-logs").options.protect
    assert not made().of_type("aws:s3/bucket:Bucket")


def test_where_cloudfront_writes_no_logs_production_is_refused_with_a_way_out() -> None:
    def program() -> None:
        Cdn("edge", routes={"/*": API})

    message = refusal(program, SpecError, target="aws", environment="production", region="eu-south-1")
    assert "given the region eu-south-1; CloudFront delivers no access logs there" in message
    record(program, config=AWS | {"infra-kit:region": "eu-south-1"})


def test_whoever_uses_the_url_waits_until_its_name_leads_there() -> None:
    config = AWS | {"infra-kit:aws": {"hosted_zones": {"example.com": "Z1"}}}
    recording = waiting_for("url", lambda: Cdn("edge", routes={"/*": API}, domains=["www.example.com"]), config)
    names = ("aws-zone-example-a379-a-www.example.com", "aws-zone-example-a379-aaaa-www.example.com")
    assert waits_for(recording, "edge-distribution", *names)


def test_nothing_that_a_spec_can_ask_is_a_gap() -> None:
    spec = CdnSpec(routes={"/*": Route(API)}, domains=["www.example.com"], response_headers={"X-A": "b"}, release="v1")

    assert gaps(driver, spec) == {}

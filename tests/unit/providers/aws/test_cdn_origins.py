"""Origins of a Cdn on AWS: which buckets and hosts it reaches, and how."""

from __future__ import annotations

import pytest

from infra_kit import Cdn, ObjectStore, Route, Target
from infra_kit.errors import SpecError
from tests.unit.providers.aws.edges import API, distribution, fronting_files, refused
from tests.unit.refusals import refusal


def test_a_bucket_is_read_with_signed_requests_of_this_distribution() -> None:
    recording = fronting_files()
    (origin,) = recording.named("edge-distribution").inputs["origins"]
    access = recording.named("edge-access")

    assert origin["originId"] == "files"
    assert origin["domainName"] == "files-bucket-1a2b3c4.s3.us-east-1.amazonaws.com"
    assert origin["originAccessControlId"] == "edge-access-id"
    assert (access.inputs["signingBehavior"], access.inputs["signingProtocol"]) == ("always", "sigv4")


def test_a_host_is_reached_by_tls_1_2_at_its_port() -> None:
    (origin,) = distribution(routes={"/*": f"{API}:8443"})["origins"]

    assert (origin["originId"], origin["domainName"]) == (f"{API}:8443", "api.example.com")
    assert origin["customOriginConfig"] == {
        "originProtocolPolicy": "https-only", "httpPort": 80, "httpsPort": 8443, "originSslProtocols": ["TLSv1.2"]
    }  # fmt: skip


def test_a_host_knows_the_distribution_by_a_secret_header_and_a_bucket_gets_none() -> None:
    made_of = fronting_files({"/api/*": API})
    files, api = sorted(made_of.named("edge-distribution").inputs["origins"], key=lambda it: it["originId"] == API)
    trust = made_of.named("edge").outputs["trust"]
    assert api["customHeaders"] == [{"name": "X-Infra-Kit-Cdn", "value": trust}]
    assert trust == made_of.named("edge-trust").outputs["result"]
    assert "customHeaders" not in files
    assert "trust" in made_of.named("edge").secret_outputs
    assert "origins" in made_of.named("edge-distribution").secret_inputs


def test_a_host_without_tls_is_reached_as_its_user_says() -> None:
    (origin,) = distribution(routes={"/*": "http://old.example.com:8080"})["origins"]

    config = origin["customOriginConfig"]
    assert (config["originProtocolPolicy"], config["httpPort"]) == ("http-only", 8080)


def test_an_origin_of_several_routes_stands_once() -> None:
    origins = distribution(routes={"/*": API, "/a/*": Route(API, ttl="1h")})["origins"]
    assert [origin["originId"] for origin in origins] == [API]


@pytest.mark.parametrize("origin", ["https://10.0.0.1", "http://localhost:3000", "https://api.example.com:81"])
def test_a_host_that_cloudfront_cannot_reach_is_refused(origin: str) -> None:
    assert f"Cdn 'edge': routes: /*: origin: given '{origin}'; CloudFront" in refused(routes={"/*": origin})


def test_a_store_of_another_target_is_refused() -> None:
    def program() -> None:
        here = ObjectStore("files", target=Target(name="local", environment=None))
        Cdn("edge", routes={"/*": here})

    message = refusal(program, SpecError, target="aws", environment="staging")
    assert "Cdn 'edge': it is on 'aws', and ObjectStore 'files' is on 'local'" in message

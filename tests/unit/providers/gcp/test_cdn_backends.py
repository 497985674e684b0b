"""The origins of a Cdn on Google Cloud, and what is kept of their answers."""

from __future__ import annotations

import pytest

from infra_kit import Cdn, Environment, ObjectStore, Target
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.providers.gcp.cdns import backend, cdn, of_one, place, with_store


def test_a_host_is_reached_by_its_name_and_told_who_asks() -> None:
    made = cdn(routes={"/*": "https://origin.example.com:8443"})
    service = backend(made, "/*")
    (endpoint,) = made.of_type("gcp:compute/globalNetworkEndpoint:GlobalNetworkEndpoint")

    assert (endpoint.inputs["fqdn"], endpoint.inputs["port"]) == ("origin.example.com", 8443)
    assert service.inputs["protocol"] == "HTTPS"
    assert service.inputs["customRequestHeaders"] == [
        "Host: origin.example.com:8443",
        f"X-Infra-Kit-Cdn: {made.named('edge').outputs['trust']}",
    ]
    assert "customRequestHeaders" in service.secret_inputs
    assert "trust" in made.named("edge").secret_outputs


def test_another_origin_is_another_group_because_a_group_holds_one() -> None:
    """Its description cannot be changed, so that a new one is made: an endpoint is made before the old one goes."""
    group = "gcp:compute/globalNetworkEndpointGroup:GlobalNetworkEndpointGroup"
    (before,) = cdn(routes={"/*": "https://one.example.com"}).of_type(group)
    (after,) = cdn(routes={"/*": "https://two.example.com"}).of_type(group)

    assert (before.inputs["description"], after.inputs["description"]) == ("one.example.com:443", "two.example.com:443")
    assert before.urn == after.urn


def test_a_host_may_be_an_address() -> None:
    made = cdn(routes={"/*": "http://8.8.8.8"})
    (endpoint,) = made.of_type("gcp:compute/globalNetworkEndpoint:GlobalNetworkEndpoint")
    (group,) = made.of_type("gcp:compute/globalNetworkEndpointGroup:GlobalNetworkEndpointGroup")

    assert (endpoint.inputs["ipAddress"], endpoint.inputs["port"]) == ("8.8.8.8", 80)
    assert group.inputs["networkEndpointType"] == "INTERNET_IP_PORT"
    assert "fqdn" not in endpoint.inputs


def test_a_store_stays_private_and_its_requests_are_signed() -> None:
    made = with_store()
    service, bucket = backend(made, "/static/*"), made.named("files-bucket")

    assert bucket.inputs["publicAccessPrevention"] == "enforced"
    assert service.inputs["customRequestHeaders"] == ["Host: recorded-bucket.storage.googleapis.com"]
    assert service.inputs["securitySettings"]["awsV4Authentication"] == {
        "accessKeyId": "GOOG1RECORDED",
        "accessKey": "recorded-hmac-secret",
        "originRegion": "europe-west1",
    }
    assert "securitySettings" in service.secret_inputs


def test_the_cdn_reads_objects_and_lists_none() -> None:
    made = with_store()
    grant = made.named("edge-object-reader-files")

    assert grant.inputs["role"] == "roles/storage.legacyObjectReader"
    assert grant.inputs["member"] == made.named("edge-reader").outputs["member"]
    assert grant.inputs["bucket"] == "recorded-bucket"
    assert made.named("edge-reader-key").inputs["serviceAccountEmail"] == made.named("edge-reader").outputs["email"]


def test_a_store_of_another_target_is_refused() -> None:
    def program() -> None:
        Cdn("edge", target=place(), routes={"/*": ObjectStore("files", target=Target(name="local", app="shop"))})

    with pytest.raises(SpecError, match="Place both on one target"):
        record(program)


def test_without_a_store_nobody_gets_a_key() -> None:
    assert not cdn().of_type("gcp:storage/hmacKey:HmacKey")


def test_a_hosts_own_word_holds_and_what_it_leaves_unsaid_is_kept_for_ttl() -> None:
    policy = of_one(ttl="1h")["cdnPolicy"]

    assert policy["cacheMode"] == "CACHE_ALL_STATIC"
    assert (policy["defaultTtl"], policy["maxTtl"], policy["clientTtl"]) == (3600, 31_622_400, 31_622_400)


def test_a_stores_answers_are_all_kept_for_ttl() -> None:
    policy = backend(with_store(), "/static/*").inputs["cdnPolicy"]

    assert (policy["cacheMode"], policy["defaultTtl"], policy["clientTtl"]) == ("FORCE_CACHE_ALL", 3600, 60)
    assert "maxTtl" not in policy


def test_what_tells_answers_apart_is_in_the_key() -> None:
    key = of_one(headers=["X-Tenant"], cookies=["sid"], query=True)["cdnPolicy"]["cacheKeyPolicy"]

    assert key == {
        "includeHost": False,
        "includeProtocol": False,
        "includeQueryString": True,
        "includeHttpHeaders": ["X-Tenant"],
        "includeNamedCookies": ["sid"],
    }


def test_an_answer_for_one_query_is_given_to_no_other_because_google_sends_it_on() -> None:
    assert of_one()["cdnPolicy"]["cacheKeyPolicy"]["includeQueryString"] is True


def test_a_route_that_keeps_nothing_has_no_cache() -> None:
    inputs = of_one(ttl="none", headers=["Authorization"])
    assert inputs["enableCdn"] is False
    assert inputs["compressionMode"] == "DISABLED"
    assert "cdnPolicy" not in inputs


@pytest.mark.parametrize(("compression", "mode"), [(True, "AUTOMATIC"), (False, "DISABLED")])
def test_text_is_compressed_if_asked(compression: bool, mode: str) -> None:
    assert backend(cdn(compression=compression), "/*").inputs["compressionMode"] == mode


def test_production_logs_every_access() -> None:
    assert backend(cdn(Environment.PRODUCTION), "/*").inputs["logConfig"] == {"enable": True, "sampleRate": 1}
    assert backend(cdn(), "/*").inputs["logConfig"] == {"enable": False}

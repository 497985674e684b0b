"""Cdn on Google Cloud: backends, routes, the edge, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Cdn, Environment, ObjectStore, Route, Target
from infra_kit.errors import SpecError
from infra_kit.testing import Recording, Resource, record

BACKEND = "gcp:compute/backendService:BackendService"
HOST = "https://origin.example.com"


def place(environment: Environment = Environment.STAGING) -> Target:
    return Target(name="gcp", app="shop", environment=environment, region="europe-west1")


def cdn(environment: Environment = Environment.STAGING, **asked: Any) -> Recording:
    arguments = {"routes": {"/*": HOST}, "domains": ["www.example.com"], **asked}
    return record(lambda: Cdn("edge", target=place(environment), **arguments))


def backend(made: Recording, pattern: str) -> Resource:
    (found,) = [each for each in made.of_type(BACKEND) if each.inputs["description"] == pattern]
    return found


def of_one(**options: Any) -> Mapping[str, Any]:
    """The backend of one route to a host."""
    return backend(cdn(routes={"/*": Route(HOST, **options)}), "/*").inputs


def rules(made: Recording) -> list[Mapping[str, Any]]:
    (matcher,) = made.named("edge-routes").inputs["pathMatchers"]
    return sorted(matcher["routeRules"], key=lambda rule: rule["priority"])


def with_store() -> Recording:
    def program() -> None:
        target = place()
        files = ObjectStore("files", target=target)
        Cdn(
            "edge", target=target, domains=["www.example.com"], routes={"/*": HOST, "/static/*": Route(files, ttl="1h")}
        )

    return record(program)


# Origins


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
    grant = made.named("edge-reads-files")

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


# What is kept


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
    assert of_one(query=False)["cdnPolicy"]["cacheKeyPolicy"]["includeQueryString"] is True


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


# Routes


def test_the_longest_pattern_is_tried_first() -> None:
    made = cdn(routes={"/*": HOST, "/a*": HOST, "/api/*": HOST, "/about": HOST})

    assert [rule["matchRules"] for rule in rules(made)] == [
        [{"fullPathMatch": "/about"}],
        [{"prefixMatch": "/api/"}],
        [{"prefixMatch": "/a"}],
        [{"prefixMatch": "/"}],
    ]
    assert [rule["priority"] for rule in rules(made)] == [1, 2, 3, 4]


def test_each_route_leads_to_its_own_backend() -> None:
    made = cdn(routes={"/*": HOST, "/api/*": HOST})
    backends = {each.inputs["description"]: f"{each.name}-id" for each in made.of_type(BACKEND)}

    assert [rule["service"] for rule in rules(made)] == [backends["/api/*"], backends["/*"]]


def test_where_no_route_leads_is_not_found() -> None:
    inputs = cdn(routes={"/api/*": HOST}).named("edge-routes").inputs
    abort = {"faultInjectionPolicy": {"abort": {"httpStatus": 404, "percentage": 100}}}

    assert inputs["defaultRouteAction"] == abort
    assert inputs["pathMatchers"][0]["defaultRouteAction"] == abort


@pytest.mark.parametrize(
    ("options", "held_back"),
    [
        ({}, ["Authorization", "Cookie"]),
        ({"cookies": ["sid"]}, ["Authorization"]),
        ({"ttl": "none", "headers": ["authorization"]}, ["Cookie"]),
        ({"ttl": "none", "headers": ["Authorization", "Cookie"]}, None),
    ],
)
def test_who_asks_reaches_an_origin_only_where_the_route_names_it(options: Any, held_back: list[str] | None) -> None:
    (rule,) = rules(cdn(routes={"/*": Route(HOST, **options)}))
    assert rule.get("headerAction") == ({"requestHeadersToRemoves": held_back} if held_back else None)


def test_a_link_does_not_decide_how_a_stores_object_is_shown() -> None:
    first, second, _ = rules(with_store())
    parameters = [match["queryParameterMatches"][0]["name"] for match in first["matchRules"]]

    assert "response-content-type" in parameters
    assert {match["prefixMatch"] for match in first["matchRules"]} == {"/static/"}
    assert first["urlRedirect"]["stripQuery"] is True
    assert second["matchRules"] == [{"prefixMatch": "/static/"}]


def test_every_answer_carries_the_response_headers() -> None:
    made = cdn(response_headers={"X-Frame-Options": "DENY"})
    assert made.named("edge-routes").inputs["headerAction"] == {
        "responseHeadersToAdds": [{"headerName": "X-Frame-Options", "headerValue": "DENY", "replace": True}]
    }


# The edge


def test_with_domains_it_speaks_https_alone() -> None:
    made = cdn(domains=["www.example.com", "example.com"])

    assert made.named("edge").outputs["url"] == "https://www.example.com"
    assert made.named("edge-tls").inputs == {"minTlsVersion": "TLS_1_2", "profile": "RESTRICTED"}
    assert made.named("edge-https").inputs["sslPolicy"] == "edge-tls-id"
    assert made.named("edge-https").inputs["certificateMap"].startswith("//certificatemanager.googleapis.com/")
    assert made.named("edge-http").inputs["urlMap"] == "edge-redirect-id"
    assert made.named("edge-redirect").inputs["defaultUrlRedirect"]["httpsRedirect"] is True
    assert made.named("edge-routes").inputs["hostRules"][0]["hosts"] == ["www.example.com", "example.com"]


def test_each_domain_has_a_certificate_of_its_own() -> None:
    made = cdn(domains=["www.example.com", "example.com"])
    certificates = made.of_type("gcp:certificatemanager/certificate:Certificate")
    entries = made.of_type("gcp:certificatemanager/certificateMapEntry:CertificateMapEntry")

    assert sorted(each.inputs["managed"]["domains"][0] for each in certificates) == ["example.com", "www.example.com"]
    assert {each.inputs["hostname"] for each in entries} == {"example.com", "www.example.com"}
    assert {each.name for each in cdn().of_type(certificates[0].type)} <= {each.name for each in certificates}


def test_without_domains_it_speaks_http_on_its_address_and_says_so() -> None:
    made = cdn(domains=[])

    assert made.named("edge").outputs["url"] == "http://203.0.113.10"
    assert made.named("edge").outputs["domain"] == "203.0.113.10"
    assert made.named("edge-http").inputs["urlMap"] == "edge-routes-id"
    assert any("plain HTTP" in warning for warning in made.warnings)
    assert not made.of_type("gcp:compute/targetHttpsProxy:TargetHttpsProxy")


def test_production_without_a_domain_is_refused() -> None:
    with pytest.raises(SpecError, match=r"Cdn 'edge': domains: none given.*no certificate"):
        cdn(Environment.PRODUCTION, domains=[])


def test_a_release_asks_for_an_invalidation_as_the_components_own_provider() -> None:
    made = cdn(release="v2")
    release = made.named("edge-release")

    assert (release.inputs["url_map"], release.inputs["release"]) == ("edge-routes-id", "v2")
    assert "token" in release.secret_inputs
    assert release.type == "pulumi-python:dynamic/infra-kit-gcp:CdnInvalidation"


@pytest.mark.parametrize("name", ["e", "edge-of-all-our-products-x"[:24]])
def test_names_have_room_for_what_pulumi_adds(name: str) -> None:
    routes = {"/a/very/long/path/below/which/much/is/*": HOST}
    domains = ["a-very-long-name-of-a-host.example.com"]
    made = record(lambda: Cdn(name, target=place(), routes=routes, domains=domains))

    assert max(len(each.name) for each in made.resources) + len("-1234567") <= 63


# What is refused


@pytest.mark.parametrize(
    ("pattern", "way_out"), [("/*.js", r"/\*\."), ("/a/*/b", r"/a/\*\."), ("/a?c", r"/a\*\."), ("/a?*", r"/a\*\.")]
)
def test_a_pattern_that_google_does_not_know_is_refused(pattern: str, way_out: str) -> None:
    with pytest.raises(SpecError, match=rf"stands at the end alone.*e\.g\. {way_out}"):
        cdn(routes={pattern: HOST})


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"ttl": "367d"}, "ttl: given 367d, .*at most '366d'"),
        ({"headers": ["Authorization"]}, "headers: given Authorization, .*ttl='none'"),
        ({"headers": ["X-Goog-User"]}, "headers: given X-Goog-User"),
        ({"headers": ["Host"], "ttl": "none"}, "headers: given Host, which the Cdn says itself"),
        ({"headers": [f"X-{number}" for number in range(6)]}, "headers: given 6, .*at most 5"),
        ({"cookies": [f"c{number}" for number in range(6)]}, "cookies: given 6, .*at most 5"),
    ],
)
def test_what_cloud_cdn_cannot_keep_apart_is_refused(options: Any, why: str) -> None:
    with pytest.raises(SpecError, match=f"routes: /x/.: {why}"):
        cdn(routes={"/x/*": Route(HOST, **options)})


def test_a_store_that_is_never_kept_is_refused() -> None:
    def program() -> None:
        target = place()
        Cdn("edge", target=target, routes={"/*": Route(ObjectStore("files", target=target), ttl="none")})

    with pytest.raises(SpecError, match=r"ttl: given 'none'.*ttl='1s'"):
        record(program)


@pytest.mark.parametrize(
    ("origin", "why"), [("http://10.0.0.1", "by the internet"), ("https://8.8.8.8", "checked against a name")]
)
def test_an_address_that_google_cannot_reach_or_trust_is_refused(origin: str, why: str) -> None:
    with pytest.raises(SpecError, match=rf"origin: given {origin}.*{why}"):
        cdn(routes={"/*": origin})


@pytest.mark.parametrize(
    ("header", "value"), [("X-Goog-Hash", "x"), ("Connection", "close"), ("Report-To", '{"group":"a"}')]
)
def test_a_response_header_that_google_keeps_for_itself_is_refused(header: str, value: str) -> None:
    with pytest.raises(SpecError, match=f"response_headers:.*{header}"):
        cdn(response_headers={header: value})


def test_a_wildcard_domain_is_refused() -> None:
    with pytest.raises(SpecError, match=r"domains: given \*.example.com.*Name each host"):
        cdn(domains=["*.example.com"])

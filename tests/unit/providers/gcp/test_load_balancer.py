"""Where a Cdn answers: address, listeners, certificates."""

from __future__ import annotations

from tests.unit.providers.gcp.cdns import cdn


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

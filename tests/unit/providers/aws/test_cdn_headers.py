"""What every answer of a Cdn on AWS carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.providers.aws.edges import made, refused


def test_browsers_are_told_to_be_careful() -> None:
    security = made().named("edge-headers").inputs["securityHeadersConfig"]

    assert security["strictTransportSecurity"] == {
        "accessControlMaxAgeSec": 31_536_000, "includeSubdomains": True, "preload": True, "override": True
    }  # fmt: skip
    assert security["contentTypeOptions"] == {"override": True}
    assert security["frameOptions"] == {"frameOption": "SAMEORIGIN", "override": False}
    assert security["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"


def test_of_a_users_domain_nothing_is_said_for_the_names_below_it() -> None:
    recording = made(domains=["example.com"])
    transport = recording.named("edge-headers").inputs["securityHeadersConfig"]["strictTransportSecurity"]
    assert (transport["includeSubdomains"], transport["preload"]) == (False, False)


@pytest.mark.parametrize(
    ("header", "value", "section", "told"),
    [
        (
            "Strict-Transport-Security",
            "max-age=60; includeSubDomains",
            "strictTransportSecurity",
            {"accessControlMaxAgeSec": 60, "includeSubdomains": True, "preload": False},
        ),
        ("x-frame-options", "deny", "frameOptions", {"frameOption": "DENY"}),
        ("X-Content-Type-Options", "nosniff", "contentTypeOptions", {}),
        ("Referrer-Policy", "no-referrer", "referrerPolicy", {"referrerPolicy": "no-referrer"}),
        ("X-XSS-Protection", "0", "xssProtection", {"protection": False, "modeBlock": False}),
        ("X-XSS-Protection", "1; mode=block", "xssProtection", {"protection": True, "modeBlock": True}),
        (
            "Content-Security-Policy",
            "default-src 'self'",
            "contentSecurityPolicy",
            {"contentSecurityPolicy": "default-src 'self'"},
        ),
    ],
)
def test_a_users_header_of_security_comes_before_the_origins_and_ours(
    header: str, value: str, section: str, told: Mapping[str, Any]
) -> None:
    policy = made(response_headers={header: value}).named("edge-headers").inputs

    assert policy["securityHeadersConfig"][section] == {**told, "override": True}
    assert "customHeadersConfig" not in policy


def test_other_headers_go_with_them() -> None:
    policy = made(response_headers={"Permissions-Policy": "camera=()"}).named("edge-headers").inputs
    assert policy["customHeadersConfig"] == {
        "items": [{"header": "Permissions-Policy", "value": "camera=()", "override": True}]
    }


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"Strict-Transport-Security": "max-age=1; secret"}, "given 'max-age=1; secret'; CloudFront takes max-age="),
        ({"Strict-Transport-Security": "preload"}, "CloudFront takes max-age="),
        ({"X-Frame-Options": "ALLOW-FROM a"}, "CloudFront takes DENY or SAMEORIGIN"),
        ({"X-Content-Type-Options": "sniff"}, "CloudFront takes nosniff"),
        ({"Referrer-Policy": "all"}, "CloudFront takes one of no-referrer"),
        ({"X-XSS-Protection": "2"}, "CloudFront takes 0, 1"),
        ({"Via": "me"}, "CloudFront sets that header itself"),
        ({"X-Amz-Cf-Id": "me"}, "CloudFront sets that header itself"),
        ({"Access-Control-Allow-Origin": "*"}, "Let the origin say it"),
        ({"X-A": "1", "x-a": "2"}, "given twice"),
        ({"X-A": "a" * 1784}, "given 1784 characters, CloudFront takes 1783"),
    ],
)
def test_headers_that_cloudfront_does_not_take_are_refused(headers: Mapping[str, str], says: str) -> None:
    assert says in refused(response_headers=headers)


def test_more_headers_of_ones_own_than_a_policy_holds_are_refused() -> None:
    own = {f"X-{number}": "1" for number in range(10)}
    assert len(made(response_headers=own).named("edge-headers").inputs["customHeadersConfig"]["items"]) == 10
    assert made(response_headers={**own, "Referrer-Policy": "origin"})
    assert '"Custom headers per response headers policy"' in refused(response_headers={**own, "X-More": "1"})

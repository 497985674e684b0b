"""The response headers of a distribution: the user's, and what browsers should always be told.

CloudFront sets six headers of security in sections of their own, and refuses them among the others
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html). The
defaults are those of AWS's own SecurityHeadersPolicy; an origin's own header comes before a default, the user's before
both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import cloudfront

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec
from infra_kit.errors import SpecError

YEAR = 31_536_000
MAX_CUSTOM, MAX_VALUE = 10, 1783
"""Headers beside those of `_SECTIONS`, AWS's default quota; and characters of a value
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html)."""

REFERRER_POLICIES = (
    "no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin", "strict-origin",
    "strict-origin-when-cross-origin", "unsafe-url",
)  # fmt: skip

_REFUSED = re.compile(
    r"connection|content-encoding|content-length|expect|host|keep-alive|proxy-.*|trailer|transfer-encoding|upgrade|via"
    r"|warning|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip"
)
_CORS = "access-control-"


def policy(scope: Scope, spec: CdnSpec, role: str = "headers", removed: Sequence[str] = ()) -> pulumi.Output[str]:
    """The id of the policy that answers get their headers from, and that takes off some of their own."""
    asked = _asked(scope.name, spec)
    custom = _custom(scope.name, spec)
    security = _defaults(spec) | {
        section: {**read(scope.name, asked[header]), "override": True}
        for header, (section, read) in _SECTIONS.items()
        if header in asked
    }
    made = scope.resource(
        role,
        cloudfront.ResponseHeadersPolicy,
        security_headers_config=security,
        custom_headers_config={"items": custom} if custom else None,
        remove_headers_config={"items": [{"header": header} for header in removed]} if removed else None,
    )
    return made.id


def _custom(name: str, spec: CdnSpec) -> list[dict[str, Any]]:
    custom = [
        {"header": header, "value": value, "override": True}
        for header, value in sorted(spec.response_headers.items())
        if header.lower() not in _SECTIONS
    ]
    if len(custom) > MAX_CUSTOM:
        raise SpecError(
            f"Cdn {name!r}: response_headers: {len(custom)} are given that are none of security; CloudFront takes "
            f'{MAX_CUSTOM}, its quota "Custom headers per response headers policy". Let the origin say the others.'
        )
    return custom


def _asked(name: str, spec: CdnSpec) -> dict[str, str]:
    """The user's headers in lower case, each once and none that CloudFront keeps for itself."""
    asked: dict[str, str] = {}
    for header, value in spec.response_headers.items():
        where, lower = f"Cdn {name!r}: response_headers: {header}: ", header.lower()
        if lower in asked:
            raise SpecError(f"{where}given twice; upper and lower case are the same. Leave one out.")
        if _REFUSED.fullmatch(lower):
            raise SpecError(f"{where}CloudFront sets that header itself, or none does. Leave it out.")
        if lower.startswith(_CORS):
            raise SpecError(f"{where}CloudFront does not set it for every answer. Let the origin say it: cors=[…].")
        if len(value) > MAX_VALUE:
            raise SpecError(f"{where}given {len(value)} characters, CloudFront takes {MAX_VALUE}. Shorten it.")
        asked[lower] = value
    return asked


def _defaults(spec: CdnSpec) -> dict[str, dict[str, Any]]:
    # Why not CKV_AWS_259 where there are domains: includeSubDomains and preload speak for names below them that this
    # Cdn does not serve. Their owner says so in response_headers. Of CloudFront's own name nothing is below.
    alone = not spec.domains
    return {
        "strict_transport_security": {
            "access_control_max_age_sec": YEAR, "include_subdomains": alone, "preload": alone, "override": alone
        },
        "content_type_options": {"override": True},
        "frame_options": {"frame_option": "SAMEORIGIN", "override": False},
        "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
        "xss_protection": {"protection": True, "mode_block": True, "override": False},
    }  # fmt: skip


def _refuse(name: str, header: str, given: str, allowed: str) -> SpecError:
    return SpecError(f"Cdn {name!r}: response_headers: {header}: given {given!r}; CloudFront takes {allowed}.")


def _transport(name: str, value: str) -> dict[str, Any]:
    parts = [part.strip().lower() for part in value.split(";") if part.strip()]
    ages = [part.removeprefix("max-age=") for part in parts if re.fullmatch(r"max-age=[0-9]{1,9}", part)]
    flags = {part for part in parts if not part.startswith("max-age=")}
    if len(ages) != 1 or len(parts) != 1 + len(flags) or not flags <= {"includesubdomains", "preload"}:
        raise _refuse(name, "Strict-Transport-Security", value, "max-age=<seconds>[; includeSubDomains][; preload]")
    return {
        "access_control_max_age_sec": int(ages[0]),
        "include_subdomains": "includesubdomains" in flags,
        "preload": "preload" in flags,
    }


def _content_type(name: str, value: str) -> dict[str, Any]:
    if value.lower() != "nosniff":
        raise _refuse(name, "X-Content-Type-Options", value, "nosniff")
    return {}


def _frame(name: str, value: str) -> dict[str, Any]:
    if value.upper() not in ("DENY", "SAMEORIGIN"):
        raise _refuse(name, "X-Frame-Options", value, "DENY or SAMEORIGIN")
    return {"frame_option": value.upper()}


def _referrer(name: str, value: str) -> dict[str, Any]:
    if value not in REFERRER_POLICIES:
        raise _refuse(name, "Referrer-Policy", value, f"one of {', '.join(REFERRER_POLICIES)}")
    return {"referrer_policy": value}


def _xss(name: str, value: str) -> dict[str, Any]:
    match = re.fullmatch(r"(0)|1(?:; ?(?:(mode=block)|report=(\S+)))?", value)
    if not match:
        raise _refuse(name, "X-XSS-Protection", value, "0, 1, 1; mode=block or 1; report=<address>")
    told = {"protection": match[1] is None, "mode_block": match[2] is not None, "report_uri": match[3]}
    return {key: value for key, value in told.items() if value is not None}


def _content_security(_: str, value: str) -> dict[str, Any]:
    return {"content_security_policy": value}


_SECTIONS: Mapping[str, tuple[str, Callable[[str, str], dict[str, Any]]]] = {
    "strict-transport-security": ("strict_transport_security", _transport),
    "x-content-type-options": ("content_type_options", _content_type),
    "x-frame-options": ("frame_options", _frame),
    "referrer-policy": ("referrer_policy", _referrer),
    "x-xss-protection": ("xss_protection", _xss),
    "content-security-policy": ("content_security_policy", _content_security),
}
"""By header, the section that CloudFront has for it, and what reads its value."""

"""Where a distribution gets its answers: buckets that only it may read, and hosts; `cdn_gateways` has the gateways.

An origin's id is its own stable key: the store's name, or the host's address.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

import pulumi
from pulumi_aws import cloudfront

from infra_kit.component import Scope
from infra_kit.components.cdn import CdnSpec, Route
from infra_kit.components.gateway import Gateway
from infra_kit.components.object_store import ObjectStore
from infra_kit.edge_headers import TRUST_HEADER
from infra_kit.errors import SpecError
from infra_kit.providers.aws import cdn_gateways
from infra_kit.providers.aws.object_store import AwsBucket

TLS = ("TLSv1.2",)
MAX_ID = 128
LOWEST_FREE_PORT = 1024


def check(name: str, pattern: str, route: Route) -> None:
    """Refuses hosts that CloudFront cannot reach (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/
    DownloadDistValuesOrigin.html)."""
    if not isinstance(route.origin, str):
        return
    where, (host, port) = f"Cdn {name!r}: routes: {pattern}: origin: given {route.origin!r}; ", _address(route.origin)
    if re.fullmatch(r"[0-9.]+", host) or "." not in host:
        raise SpecError(f"{where}CloudFront needs a public domain name, neither an address nor this machine's name.")
    if port not in (80, 443) and port < LOWEST_FREE_PORT:
        raise SpecError(f"{where}CloudFront connects to the ports 80, 443 and {LOWEST_FREE_PORT} to 65535.")


def origin_id(route: Route) -> str:
    """What a behaviour calls its origin."""
    origin = route.origin
    if isinstance(origin, Gateway):
        return cdn_gateways.origin_id(origin)
    text = origin.name if isinstance(origin, ObjectStore) else origin
    return text if len(text) <= MAX_ID else hashlib.sha256(text.encode()).hexdigest()


def origins(scope: Scope, spec: CdnSpec, trust: pulumi.Output[str]) -> list[dict[str, Any]]:
    """Each store and host once, whatever the number of its routes. Hosts are told `trust`."""
    routes = {origin_id(route): route for route in spec.routes.values() if not isinstance(route.origin, Gateway)}
    access = _access(scope) if any(isinstance(route.origin, ObjectStore) for route in routes.values()) else None
    return [_origin(scope, key, routes[key], access, trust) for key in sorted(routes)]


def _access(scope: Scope) -> cloudfront.OriginAccessControl:
    """Signs the requests to all buckets of this distribution."""
    return scope.resource(
        "access",
        cloudfront.OriginAccessControl,
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
    )


def _origin(
    scope: Scope,
    key: str,
    route: Route,
    access: cloudfront.OriginAccessControl | None,
    trust: pulumi.Output[str],
) -> dict[str, Any]:
    if isinstance(route.origin, ObjectStore):
        bucket = scope.native(route.origin, AwsBucket)
        identity: pulumi.Input[str] | None = access.id if access else None
        return {"origin_id": key, "domain_name": bucket.regional_domain_name, "origin_access_control_id": identity}
    host, port = _address(str(route.origin))
    secure = str(route.origin).startswith("https:")
    return {
        "origin_id": key,
        "domain_name": host,
        "custom_headers": [{"name": TRUST_HEADER, "value": trust}],
        "custom_origin_config": {
            # Why not CKV2_AWS_72 with http://…: its user says that this host has no TLS.
            "origin_protocol_policy": "https-only" if secure else "http-only",
            "http_port": 80 if secure else port,
            "https_port": port if secure else 443,
            "origin_ssl_protocols": list(TLS),
        },
    }


def _address(origin: str) -> tuple[str, int]:
    parts = urlsplit(origin)
    return str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)

"""Cdn on Google Cloud: Cloud CDN in a global external Application Load Balancer.

- Each route is a backend service of its own, because what is kept, for how long and what tells answers apart is said
  there. Its origin is reached as an internet endpoint
  (https://cloud.google.com/load-balancing/docs/negs/internet-neg-concepts).
- A store stays private: Cloud CDN signs its requests to the bucket's own host with an HMAC key of the Cdn's, which
  reads single objects of these buckets and lists nothing
  (https://cloud.google.com/cdn/docs/configure-private-origin-authentication). A backend bucket would want it public. An
  object's key is the request's path; what is not there is answered 403, as Google does to who may not list.
- A `Gateway` has no load balancer of its own: its routes stand among these (`cdn_gateways`).
- A load balancer has an address and no name, and no certificate can be had for an address. With `domains` it speaks
  HTTPS alone (HTTP is sent there), TLS 1.2 and later. Without, it speaks HTTP on its address and every plan warns of
  it; in production that is refused.
- What no route leads to is answered 404; with `domains`, so is every other host name.
- Google has no resource for an invalidation, so `release` is one of ours, which asks the API (`cdn_invalidation`).
- `trust` is the value of the header `X-Infra-Kit-Cdn`, which every request to a host carries: a load balancer has no
  identity that a host could check.
- Google sends every query string on: `query=False` is a gap, and where it is not said, the plan says so
  (`cdn_backends`). Of what is no file, it keeps less than `ttl`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.cdn import CdnEndpoint, CdnSpec
from infra_kit.features import Feature
from infra_kit.providers.common import dns
from infra_kit.providers.common.passwords import password
from infra_kit.providers.gcp import (
    cdn_backends,
    cdn_checks,
    cdn_gateways,
    cdn_invalidation,
    cdn_routes,
    load_balancer,
    load_balancer_checks,
)
from infra_kit.settings import Settings

SUPPORTS = frozenset(
    {
        features.DOMAINS,
        features.WILDCARD_DOMAINS,
        features.RESPONSE_HEADERS,
        features.COMPRESSION,
        features.INVALIDATION,
    }
)

HINTS = {
    features.WILDCARD_DOMAINS: load_balancer_checks.NO_WILDCARDS,
    features.QUERY_FILTER: "Google sends a query string to the origin whatever is asked, and keeps an answer for each; "
    "leave query out, or say query=True where that is meant",
    features.CACHE_CONTROL: "Google's load balancer puts a header on each answer, on errors too, which browsers would "
    "keep as long; have the origin say it, a bucket with each object",
}


@dataclass(frozen=True, kw_only=True)
class GcpCdn:
    """A Cdn's handles, for what watches it."""

    routes: pulumi.Output[str]
    """The name of its URL map."""


def gaps(spec: CdnSpec, _: Settings) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS - load_balancer_checks.unproved(spec.domains, spec.zones), HINTS)


def create(scope: Scope, spec: CdnSpec) -> CdnEndpoint:
    cdn_checks.check(scope, spec)
    cdn_gateways.check(scope, spec)
    cdn_checks.say_what_google_does(scope, spec)
    trust = password(scope, "trust").result
    services = cdn_backends.services(scope, spec, trust)
    routes = cdn_routes.url_map(scope, spec, services, cdn_gateways.backends(scope, spec))
    edge = load_balancer.serve(scope, spec.domains, dns.zones(spec.zones), routes)
    if spec.release:
        cdn_invalidation.invalidate(scope, routes, spec.release)
    return CdnEndpoint(
        url=load_balancer.url(spec.domains, edge),
        domain=edge.address,
        trust=pulumi.Output.secret(trust),
        native=GcpCdn(routes=routes.name),
    )

"""The edge before the shop's pages and images (seeds/001: VS-1, VS-5, VS-6)."""

from collections.abc import Sequence

from infra_kit import Cdn, Domain, Gateway, ObjectStore, Route
from stacks.config import domains, release

HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1; mode=block",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
"""VS-1"""


def edge(images: ObjectStore, gateway: Gateway, zones: Sequence[Domain]) -> Cdn:
    """VS-5: what the build names by its content for a year, images for a day, product pages, which are everybody's, for
    an hour; the rest, and the API, is not kept."""
    routes = {
        "/*": Route(gateway),
        "/_next/static/*": Route(gateway, ttl="1y", cache_control="public, max-age=31536000, immutable"),
        "/images/*": Route(images, ttl="1d", cache_control="public, max-age=86400, stale-while-revalidate=43200"),
        "/productos*": Route(gateway, ttl="1h", query=True),
        "/api/*": Route(gateway, cache_control="no-store, must-revalidate"),
    }
    return Cdn("edge", routes=routes, response_headers=HEADERS, domains=domains(), zones=zones, release=release())

"""What every phase of the shop serves and keeps in buckets (seeds/001: VS-4, VS-5, VS-7)."""

from collections.abc import Sequence

from infra_kit import Cdn, Domain, LifecycleRule, ObjectStore, Route
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


def backups() -> ObjectStore:
    """VS-4, VS-7: nightly dumps for 90 days, a monthly copy of the images."""
    rules = {"dumps": LifecycleRule(prefix="dumps/", expire_after_days=90)}
    return ObjectStore("backups", versioning=True, lifecycle=rules)


def edge(images: ObjectStore, zones: Sequence[Domain]) -> Cdn:
    """VS-5: images for a day. The pages' routes come with the application's service."""
    routes = {"/images/*": Route(images, ttl="1d")}
    names = domains("static-domains")
    return Cdn("edge", routes=routes, response_headers=HEADERS, domains=names, zones=zones, release=release())

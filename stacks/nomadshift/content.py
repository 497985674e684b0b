"""What NomadShift's phases serve from buckets, and the edge before them and the API; logs that are kept (seeds/000)."""

from infra_kit import Cdn, Gateway, LifecycleRule, ObjectStore, Route
from stacks.config import domains, release

SEVEN_YEARS = 7 * 365
"""NS-11: the audit log."""


def uploads() -> ObjectStore:
    return ObjectStore("uploads", versioning=True)


def logs() -> ObjectStore:
    """NS-11: what is older than 30 days lies here; the audit log goes last, after seven years."""
    rules = {
        "application": LifecycleRule(prefix="application/", expire_after_days=365),
        "security": LifecycleRule(prefix="security/", archive_after_days=90, expire_after_days=2 * 365),
        "audit": LifecycleRule(prefix="audit/", archive_after_days=90, expire_after_days=SEVEN_YEARS),
    }
    return ObjectStore("logs", lifecycle=rules)


def edge(static: ObjectStore, files: ObjectStore, api: Gateway) -> Cdn:
    """NS-5: static files for a day; pages are cached, and out of date with each deploy; the API is not kept."""
    routes = {"/*": Route(static, ttl="24h"), "/uploads/*": Route(files, ttl="24h"), "/api/*": Route(api)}
    return Cdn("edge", routes=routes, domains=domains(), release=release())

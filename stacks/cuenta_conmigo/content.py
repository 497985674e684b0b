"""What Cuenta Conmigo serves from buckets, and the CDN before them (seeds/003: CC-2, CC-3, CC-6)."""

from collections.abc import Sequence

from infra_kit import Cdn, Domain, ObjectStore, Route
from stacks.config import domains, release


def edge(files: ObjectStore, zones: Sequence[Domain]) -> Cdn:
    """CC-2, CC-3: the frontend's own files and those of its users, for an hour. CC-6: each release of the frontend is
    a version of its objects, and out of date with the next one."""
    static = ObjectStore("static", versioning=True)
    routes = {"/static/*": Route(static, ttl="1h"), "/files/*": Route(files, ttl="1h")}
    return Cdn("edge", routes=routes, domains=domains("static-domains"), zones=zones, release=release())

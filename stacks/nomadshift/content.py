"""What NomadShift serves from buckets, and the edge before them and the API (seeds/000: NS-5)."""

from collections.abc import Sequence

from infra_kit import Cdn, Domain, Gateway, ObjectStore, Route
from stacks.config import domains, release
from stacks.nomadshift.application import LISTS
from stacks.nomadshift.regions import Region


def static(region: Region) -> ObjectStore:
    return ObjectStore(region.named("static"), target=region.target)


def uploads(region: Region) -> ObjectStore:
    return ObjectStore(region.named("uploads"), target=region.target, versioning=True)


def edge(region: Region, static: ObjectStore, files: ObjectStore, api: Gateway, zones: Sequence[Domain]) -> Cdn:
    """Static files for a day, and out of date with each deploy, as pages are; the API is not kept, but for the lists
    that are everybody's."""
    routes = {
        "/*": Route(static, ttl="24h"),
        "/uploads/*": Route(files, ttl="24h"),
        "/api/*": Route(api),
        LISTS: Route(api, ttl="5m", query=True),
    }
    names = domains(f"{region.key}-domains") if region.key else domains()
    return Cdn(region.named("edge"), target=region.target, routes=routes, domains=names, zones=zones, release=release())

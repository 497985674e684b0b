"""The search for work, and what keeps its index up to date (seeds/000: NS-4)."""

from typing import TypedDict, Unpack

import pulumi

from infra_kit import Job, Link, Search, SearchIndex
from stacks.config import system
from stacks.nomadshift.regions import Region
from stacks.programs import program

JOBS = SearchIndex(
    mappings={
        "properties": {
            "title": {
                "type": "text",
                "analyzer": "spanish",
                "fields": {"english": {"type": "text", "analyzer": "english"}},
            },
            "description": {"type": "text", "analyzer": "spanish"},
            "category": {"type": "keyword"},
            "status": {"type": "keyword"},
            "start_date": {"type": "date"},
            "location": {"type": "geo_point"},
        }
    }
)


STORAGE_GB = 50
"""In every phase: on gcp a smaller disk is another one, which holds nothing."""


class Size(TypedDict, total=False):
    """What changes from phase to phase."""

    memory_gb: float
    replicas: int
    high_availability: bool


def search(region: Region, **size: Unpack[Size]) -> Search:
    """Of the region's postings. To have a vendor's: `nomadshift:search-elsewhere: true`, and the secret
    `nomadshift:search-url` says where it stands."""
    name, config = region.named("search"), pulumi.Config(system())
    if config.get_bool("search-elsewhere"):
        return Search.existing(name, url=config.require_secret(f"{name}-url"), target=region.target)
    return Search(
        name, target=region.target, network=region.network, indexes={"jobs": JOBS}, storage_gb=STORAGE_GB, **size
    )


def index(region: Region, links: list[Link], after: pulumi.ResourceOptions) -> Job:
    """The seed's function (Lambda), as a container: every ten minutes what is new in the database goes into the
    index."""
    return Job(
        region.named("index"),
        target=region.target,
        network=region.network,
        **program("index"),
        schedule="*/10 * * * *",
        timeout="5m",
        links=links,
        opts=after,
    )

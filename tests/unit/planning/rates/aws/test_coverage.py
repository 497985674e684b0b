"""What our drivers can choose on aws has a price that everybody can look at, or stands on the list here."""

from collections.abc import Iterator

import pytest

from infra_kit import (
    Budget,
    Cdn,
    Consumer,
    DocumentStore,
    EventBus,
    Gateway,
    Job,
    ObjectStore,
    Pooling,
    Postgres,
    Redis,
    Route,
    Search,
    Secret,
    Service,
    Stream,
    Volume,
    Worker,
)
from infra_kit.planning import prices
from infra_kit.providers.aws import sizes
from tests.unit.planning.rates.aws.bills import AWS, bill
from tests.unit.planning.rates.aws.test_compute import IMAGE
from tests.unit.planning.rates.billed import skus

SEARCH = {"opensearch/gp3", "opensearch/m7g.medium.search", "opensearch/t3.small.search"}
INSTANCES = {f"docdb/{size.name}" for size in sizes.DOCUMENTDB}
DOCUMENTS = {"docdb/backup", "docdb/io", "docdb/storage"} | INSTANCES
UNPRICED: dict[str, set[str]] = {
    "us-east-1": set(),
    "eu-west-1": {"efs/backup", "events/archived", "events/kept", *DOCUMENTS, *SEARCH},
    "sa-east-1": {
        *DOCUMENTS,
        "efs/backup", "elasticache/backup", "events/archived", "events/kept", "rds/backup", "rds/proxy",
        "scheduler/starts", *SEARCH,
        *(
            f"rds/postgres/{size.name}{place}"
            for size in sizes.RDS
            if size.name.startswith(("db.m7g.", "db.r7g."))
            for place in ("", "/multi-az")
        ),
    },
}  # fmt: skip
"""No public source was found. Whoever adds a size, or a resource that is billed, finds its price or adds it here."""
UNVERIFIED = {
    "us-east-1": {"efs/backup", "opensearch/t3.small.search", "transfer/internet-out", *INSTANCES},
    "eu-west-1": {"events/custom", "scheduler/starts"},
    "sa-east-1": {"events/custom", "rds/gp3/multi-az"},
}
"""What is known of the vendor's page, and could not be held against anything public."""


def everything() -> None:
    api = Service(
        "api",
        target=AWS,
        image=IMAGE,
        cpu=1,
        memory_gb=2,
        port=3000,
        volumes={"data": Volume(path="/data", size_gb=20)},
    )
    files = ObjectStore("files", target=AWS)
    Worker("mailer", target=AWS, image=IMAGE)
    Job("nightly", target=AWS, image=IMAGE, schedule="0 3 * * *")
    Postgres("db", target=AWS, memory_gb=4, storage_gb=50, high_availability=True, pooling=Pooling())
    Postgres("one", target=AWS, memory_gb=4, storage_gb=50)
    Redis("cache", target=AWS, memory_gb=1)
    Search("search", target=AWS, memory_gb=4, replicas=2, high_availability=True)
    DocumentStore("docs", target=AWS)
    EventBus(
        "bus", target=AWS, engine="native", streams={"LEADS": Stream(subjects=["lead.*"], retention="60d")},
        consumers={"scoring": Consumer(stream="LEADS", backlog="14d")},
    )  # fmt: skip
    Gateway("gateway", target=AWS, routes={"/*": api}, domains=["api.example.com"], waf=True)
    Cdn("edge", target=AWS, routes={"/*": Route(files)})
    Secret("token", target=AWS)
    Budget("budget", target=AWS, monthly=100, notify=["me@example.com"])


def sized() -> Iterator[str]:
    for size in sizes.RDS:
        yield from (f"rds/postgres/{size.name}", f"rds/postgres/{size.name}/multi-az")
    yield from (f"opensearch/{size.name}" for size in sizes.OPENSEARCH)
    yield from sorted(INSTANCES)
    yield from (f"elasticache/valkey/{size.name}" for size in sizes.ELASTICACHE)


@pytest.mark.parametrize("region", prices.regions("aws"))
def test_what_our_drivers_choose_has_a_verified_price_or_is_listed_here(region: str) -> None:
    book = prices.load("aws", region)
    tiers = {
        sku: book.tiers(sku)
        for sku in {*sized(), *skus(bill(everything, region=region, every={"backup_gb": 10}).items)}
    }
    assert {sku for sku, found in tiers.items() if not found} == UNPRICED[region]
    assert {sku for sku, found in tiers.items() if not all(each.verified for each in found)} == UNVERIFIED[region]

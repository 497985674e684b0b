"""Buckets, artifacts, messages, secrets, keys and logs."""

from __future__ import annotations

import pytest

from infra_kit import Config, Consumer, Domain, EventBus, ObjectStore, Secret, Service, Stream
from tests.unit.planning.rates.gcp.bills import BUCKET, SUBSCRIPTION, TOPIC, bill, monthly, raw
from tests.unit.planning.rates.gcp.test_cloud_run import IMAGE

LEADS = Stream(subjects=["lead.*"], retention="7d")


@pytest.mark.parametrize(
    ("location", "kind", "dollars"),
    [
        ("US-CENTRAL1", "STANDARD", 2),
        ("southamerica-east1", "STANDARD", 3.5),
        ("EU", "STANDARD", 2.6),
        ("europe-west1", "ARCHIVE", 0.12),
        ("us-central1", "NEARLINE", 1),
    ],
)
def test_what_is_kept_costs_by_class_and_place(location: str, kind: str, dollars: float) -> None:
    there = bill(lambda: raw(BUCKET, location=location, storageClass=kind), {"*": {"stored_gb": 100}})
    assert float(there.items[0].monthly or 0) == pytest.approx(dollars)


def test_in_a_place_without_a_book_nothing_is_guessed() -> None:
    there = bill(lambda: raw(BUCKET, location="asia-east1"))
    assert there.items[0].why == (
        "there is no price book of gcp in asia-east1; regions with prices: europe-west1, southamerica-east1, "
        "us-central1, us-east1"
    )


def test_our_store_pays_for_its_requests_and_what_leaves_it() -> None:
    there = bill(lambda: ObjectStore("files"), {"files": {"requests": 1_000_000, "gb_out": 10}})
    assert monthly(there, "storage/class-a/standard", "files-bucket") == pytest.approx(0.5)
    assert monthly(there, "storage/class-b/standard", "files-bucket") == pytest.approx(0.36)
    assert monthly(there, "storage/egress", "files-bucket") == pytest.approx(1.2)


def test_a_buss_messages_are_paid_going_in_and_to_each_consumer() -> None:
    def program(number: int) -> None:
        consumers = {f"c{each}": Consumer(stream="LEADS") for each in range(number)}
        EventBus("bus", engine="native", streams={"LEADS": LEADS}, consumers=consumers)

    usage = {"bus": {"messages": 1024 * 1024 * 100}}
    one, three = (bill(lambda n=n: program(n), usage) for n in (1, 3))  # type: ignore[misc]
    gib = 100 * 40 / 1024
    assert monthly(one, "pubsub/throughput", "bus-stream-LEADS") == pytest.approx(gib)
    assert monthly(one, "pubsub/storage", "bus-stream-LEADS") == pytest.approx(100 * 7 / 30 * 0.27)
    assert float(three.total - one.total) == pytest.approx(2 * gib)


def test_topics_beside_ours_are_told_from_those_for_what_is_given_up() -> None:
    def program() -> None:
        topic, dead = raw(TOPIC, "topic"), raw(TOPIC, "dead")
        raw(SUBSCRIPTION, "work", topic=topic.id, deadLetterPolicy={"deadLetterTopic": dead.id})
        raw(SUBSCRIPTION, "kept", topic=dead.id)

    there = bill(program)
    assert {it.resource for it in there.items} == {"topic", "work"}


def test_a_secret_costs_by_its_versions_and_their_places() -> None:
    def program() -> None:
        places = [{"location": "us-central1"}, {"location": "us-east1"}]
        secret = raw("gcp:secretmanager/secret:Secret", "secret", replication={"userManaged": {"replicas": places}})
        raw("gcp:secretmanager/secretVersion:SecretVersion", secret=secret.id)

    assert monthly(bill(program), "secrets/version") == pytest.approx(0.12)
    assert monthly(bill(lambda: Secret("token", value="a")), "secrets/version", "token-secret-version") == 0.06


def test_what_nobody_could_find_a_price_for_is_said() -> None:
    there = bill(lambda: Config("settings", values={"a": "b"}))
    assert [it.why for it in there.unpriced] == ["the price book of gcp in us-central1 has no parameters/version"]


def test_a_zone_and_its_queries() -> None:
    there = bill(lambda: Domain("zone", domain="shop.example"))
    assert monthly(there, "dns/zone", "zone-zone") == pytest.approx(0.2)


def test_logs_are_paid_by_who_writes_them_and_by_how_long_they_are_kept() -> None:
    there = bill(lambda: Service("api", image=IMAGE, log_retention="90d"), {"api": {"log_gb": 10}})
    assert monthly(there, "logging/storage", "api-service") == pytest.approx(5)
    assert monthly(there, "logging/retention", "api-log") == pytest.approx(10 * 2 * 0.01)

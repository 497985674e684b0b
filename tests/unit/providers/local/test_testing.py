"""What a recorded program gets from the servers of this machine."""

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

import infra_kit.providers.local  # noqa: F401  its answers are there
from infra_kit import Consumer, EventBus, ObjectStore, Postgres, Redis, Stream
from infra_kit.testing import record


def test_a_recorded_redis_has_the_user_of_the_real_one() -> None:
    cache = record(lambda: Redis("cache", replicas=1)).named("cache").outputs
    assert cache["username"] == "default"
    assert cache["url"].startswith("redis://default:")
    assert cache["reader_url"].startswith("redis://default:")


def test_every_replica_of_a_redis_is_told_and_without_one_the_server_is() -> None:
    ports = {"infra-kit:local": {"ports": {"cache": 7000, "cache-replica-1": 7001, "cache-replica-2": 7002}}}
    two = record(lambda: Redis("cache", replicas=2), config=ports).named("cache").outputs
    alone = record(lambda: Redis("cache"), config=ports).named("cache").outputs
    assert [url.rpartition(":")[2] for url in two["reader_urls"]] == ["7001/0", "7002/0"]
    assert alone["reader_urls"] == [alone["url"]]


def test_a_recorded_store_has_the_access_key_of_the_real_one() -> None:
    assert record(lambda: ObjectStore("files")).named("files").outputs["access_key"] == "INFRAKITAPP"


def test_a_recorded_server_listens_where_the_stack_says() -> None:
    db = record(lambda: Postgres("db"), config={"infra-kit:local": {"ports": {"db": 5432}}}).named("db").outputs
    assert db["port"] == 5432
    assert ":5432/app" in db["url"]


def test_a_recorded_bus_has_the_addresses_of_the_real_one() -> None:
    streams, consumers = {"LEADS": Stream(subjects=["lead.*"])}, {"scoring": Consumer(stream="LEADS")}
    bus = record(lambda: EventBus("bus", streams=streams, consumers=consumers)).named("bus").outputs
    assert bus["consumers"] == {"scoring": "LEADS/scoring"}
    assert bus["dead_letters"] == {"scoring": "_dead_scoring/scoring"}


class Strangers(ResourceProvider):
    def create(self, props: dict[str, object]) -> CreateResult:
        return CreateResult("it", props)


class PostgresServer(Resource, module="infra-kit", name="PostgresServer"):
    """Of somebody else's, by one of our names."""


def test_what_is_not_ours_has_its_own_inputs_alone() -> None:
    def program() -> None:
        PostgresServer(Strangers(), "theirs", {"size": "1"}, pulumi.ResourceOptions())

    made = record(program).named("theirs")
    assert made.outputs["size"] == "1"
    assert "public" not in made.outputs

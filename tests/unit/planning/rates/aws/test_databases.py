"""What databases on aws are billed for."""

from typing import Any

import pulumi_aws as aws
import pytest

from infra_kit import Pooling, Postgres
from infra_kit.planning import prices
from infra_kit.planning.rates.aws.databases import vcpus
from tests.unit.planning.rates.aws.bills import AWS, bill, of, skus


def test_a_server_in_two_zones_costs_hours_and_storage_of_two_zones() -> None:
    made = bill(lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50, high_availability=True))
    assert skus(of(made, "db-server")) == {
        "rds/postgres/db.t4g.medium/multi-az": 730,
        "rds/gp3/multi-az": 50,
    }


def test_a_replica_is_billed_as_what_it_copies() -> None:
    made = bill(lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50, read_replicas=1))
    assert skus(of(made, "db-replica-1")) == {"rds/postgres/db.t4g.medium": 730, "rds/gp3": 50}


def test_a_proxy_is_billed_by_the_cpus_behind_it() -> None:
    made = bill(
        lambda: Postgres("db", target=AWS, memory_gb=16, storage_gb=50, cpu=4, dedicated_cpu=True, pooling=Pooling())
    )
    assert skus(of(made, "db-pooler-target")) == {"rds/proxy": 4 * 730}


def test_a_server_that_rests_at_night_still_pays_for_its_storage() -> None:
    made = bill(lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50), db={"hours": 200})
    assert skus(of(made, "db-server")) == {"rds/postgres/db.t4g.medium": 200, "rds/gp3": 50}


@pytest.mark.parametrize("region", prices.regions("aws"))
def test_a_database_that_is_reserved_for_a_year_costs_less(region: str) -> None:
    program = lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50)  # noqa: E731
    made = bill(program, region=region, db={"commitment": "1y"})
    assert skus(of(made, "db-server"))["rds/postgres/db.t4g.medium/1y"] == 730
    assert made.total < bill(program, region=region).total


def test_a_commitment_whose_price_is_not_known_is_unpriced_and_says_so() -> None:
    made = bill(lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50), db={"commitment": "3y"})
    (item,) = made.unpriced
    assert item.why.endswith("has no rds/postgres/db.t4g.medium/3y")


def test_a_database_is_never_spot() -> None:
    program = lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50)  # noqa: E731
    assert bill(program, db={"spot": 0.5}).total == bill(program).total


def test_backups_beyond_the_free_ones_are_said_and_billed() -> None:
    made = bill(lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50), db={"backup_gb": 100})
    assert skus(of(made, "db-server"))["rds/backup"] == 100


def test_a_server_of_the_users_own_is_billed_by_its_inputs() -> None:
    made = bill(
        lambda: aws.rds.Instance(
            "own", engine="mysql", instance_class="db.t4g.small", allocated_storage=400, storage_type="gp3", iops=14_000
        )
    )
    assert skus(of(made, "own")) == {
        "rds/mysql/db.t4g.small": 730, "rds/gp3": 400, "rds/gp3-iops": 2000
    }  # fmt: skip


def test_serverless_aurora_is_billed_by_the_least_that_it_keeps() -> None:
    def program() -> None:
        scaling: Any = {"min_capacity": 2, "max_capacity": 8}
        cluster = aws.rds.Cluster("shop", engine="aurora-postgresql", serverlessv2_scaling_configuration=scaling)
        aws.rds.ClusterInstance(
            "one",
            cluster_identifier=cluster.id,
            engine=aws.rds.EngineType.AURORA_POSTGRESQL,
            instance_class="db.serverless",
        )

    made = bill(program)
    assert skus(of(made, "one")) == {"aurora/acu": 2 * 730}
    assert {"aurora/storage", "aurora/io"} == skus(of(made, "shop")).keys()


def aurora(*classes: str) -> None:
    """A cluster with a proxy before it."""
    scaling: Any = {"min_capacity": 2, "max_capacity": 8}
    cluster = aws.rds.Cluster("shop", engine="aurora-postgresql", serverlessv2_scaling_configuration=scaling)
    for number, class_ in enumerate(classes):
        aws.rds.ClusterInstance(
            f"it-{number}", cluster_identifier=cluster.id, engine=aws.rds.EngineType.AURORA_POSTGRESQL,
            instance_class=class_,
        )  # fmt: skip
    aws.rds.ProxyTarget("target", db_proxy_name="p", target_group_name="default", db_cluster_identifier=cluster.id)


@pytest.mark.parametrize(
    ("classes", "billed"),
    [
        (["db.r7g.4xlarge"], {"rds/proxy": 16}),
        (["db.r7g.4xlarge", "db.r7g.large"], {"rds/proxy": 18}),
        (["db.serverless"], {"rds/proxy-acu": 8}),
        (["db.serverless"] * 5, {"rds/proxy-acu": 10}),
        (["db.r7g.large", "db.serverless"], {"rds/proxy": 2, "rds/proxy-acu": 8}),
    ],
)
def test_a_proxy_before_a_cluster_is_billed_by_all_its_instances(classes: list[str], billed: dict[str, float]) -> None:
    found = skus(of(bill(lambda: aurora(*classes)), "target"))
    assert found == {sku: count * 730 for sku, count in billed.items()}


def test_a_proxy_before_what_stands_elsewhere_is_unpriced() -> None:
    def program() -> None:
        aws.rds.ProxyTarget("it", db_proxy_name="p", target_group_name="default", db_instance_identifier="[db.name]")

    (item,) = bill(program).unpriced
    assert item.why == "how large the database behind it is, this program does not say"


@pytest.mark.parametrize(("class_", "count"), [("db.t4g.micro", 2), ("db.m7g.xlarge", 4), ("db.r7g.16xlarge", 64)])
def test_the_cpus_of_a_class_are_in_its_name(class_: str, count: int) -> None:
    assert vcpus(class_) == count

"""What Backup and RestoreDrill cost on aws: the copies in each vault, by the prices of its region, and two metrics."""

from typing import Any

from infra_kit import Backup, Backups, ObjectStore, Postgres, RestoreDrill
from infra_kit.component import Component
from tests.unit.planning.rates.aws.bills import AWS, bill, of, skus


def program() -> None:
    data: list[Component[Any, Any]] = [Postgres("db", target=AWS, backups=Backups()), ObjectStore("files", target=AWS)]
    safe = Backup("safe", target=AWS, of=data, region="us-east-1")
    RestoreDrill("drill", target=AWS, of=safe)


def test_copies_are_billed_in_each_vault() -> None:
    made = bill(program, region="eu-west-1", safe={"stored_gb": 200})
    assert skus(of(made, "safe-vault")) == {"rds/backup": 200}  # the book has no price for the other there
    assert skus(of(made, "safe-far-vault")) == {"rds/backup": 200, "backup/s3": 200}


def test_how_old_copy_and_proof_are_is_a_metric_each() -> None:
    made = bill(program, region="eu-west-1")
    assert skus(of(made, "safe-plan")) == skus(of(made, "drill-plan")) == {"cloudwatch/metric": 1}

"""What an audit finds in resources of AWS beside our components."""

from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from tests.unit.planning.audit.audited import rules

ANYWHERE = {"cidr_blocks": ["0.0.0.0/0"]}


def group(**rule: Any) -> Callable[[], object]:
    given: Any = {"protocol": "tcp", **ANYWHERE, **rule}
    return lambda: aws.ec2.SecurityGroup("raw", ingress=[given])


@pytest.mark.parametrize(("first", "last"), [(80, 443), (79, 80), (443, 444), (22, 22)])
def test_ports_between_80_and_443_are_no_part_of_them(first: int, last: int) -> None:
    assert "open-port" in rules(group(from_port=first, to_port=last))


@pytest.mark.parametrize("port", [80, 443])
def test_80_and_443_may_be_open(port: int) -> None:
    assert not {"open-port", "open-to-all"} & rules(group(from_port=port, to_port=port))


@pytest.mark.parametrize(
    ("protocol", "first", "last"), [("icmp", -1, -1), ("icmp", 8, 0), ("icmpv6", -1, -1), ("1", -1, -1)]
)
def test_icmp_has_no_ports(protocol: str, first: int, last: int) -> None:
    assert not {"open-port", "open-to-all"} & rules(group(protocol=protocol, from_port=first, to_port=last))


def test_what_only_another_stack_knows_is_not_looked_at() -> None:
    assert not {"open-port", "open-to-all"} & rules(group(from_port="[net.port]", to_port="[net.port]"))
    rule: Any = "[net.rules]"
    assert not {"open-port", "open-to-all"} & rules(lambda: aws.ec2.SecurityGroup("raw", ingress=rule))


def test_a_cluster_of_aurora_is_a_database_too() -> None:
    assert "unencrypted-database" in rules(lambda: aws.rds.Cluster("raw", engine="aurora-postgresql"))
    assert "unencrypted-database" not in rules(
        lambda: aws.rds.Cluster("raw", engine="aurora-postgresql", storage_encrypted=True)
    )


def test_a_bucket_of_the_older_type_is_a_bucket_too() -> None:
    assert "public-bucket" in rules(lambda: aws.s3.BucketV2("raw"))

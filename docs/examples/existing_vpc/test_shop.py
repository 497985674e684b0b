"""What the program makes, without an account: `infra` comes with infra_kit, as a plugin of pytest."""

import runpy
from pathlib import Path

import pytest

from infra_kit.testing import Recording
from infra_kit.testing.plugin import Infra

PROGRAM = Path(__file__).with_name("__main__.py")


@pytest.fixture
def shop(infra: Infra) -> Recording:
    return infra(lambda: runpy.run_path(str(PROGRAM)), stack="production")


def test_both_stand_in_the_shops_own_subnets(shop: Recording) -> None:
    own = ["shop-a-id", "shop-b-id"]  # in a recording, the id of what would be made is its name and `-id`
    assert shop.named("db-subnets").inputs["subnetIds"] == own
    assert shop.named("cache-subnets").inputs["subnetIds"] == own
    assert [vpc.name for vpc in shop.of_type("aws:ec2/vpc:Vpc")] == ["shop"]


def test_only_the_network_reaches_them(shop: Recording) -> None:
    for name in ("db", "cache"):
        assert shop.named(f"{name}-ingress").inputs["cidrIpv4"] == "10.20.0.0/16"


def test_the_database_is_protected_and_copied(shop: Recording) -> None:
    server = shop.named("db-server")
    assert server.options.protect
    assert server.inputs["backupRetentionPeriod"] >= 7


def test_passwords_stay_secret(shop: Recording) -> None:
    assert shop.secret_exports == {"database_url", "redis_url"}

import pytest

from infra_kit import Environment, Network
from infra_kit.components.network import NetworkSpec
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal


@pytest.mark.parametrize("cidr", ["8.8.0.0/16", "10.0.0.0/8", "10.0.0.0/25"])
def test_a_range_is_private_and_of_a_size_that_every_cloud_takes(cidr: str) -> None:
    message = refusal(lambda: Network("net", cidr=cidr), SpecError)
    assert message == (
        f"Network 'net': cidr: a private IPv4 range between /16 and /24 is needed, e.g. '10.20.0.0/16', given {cidr!r}"
    )


@pytest.mark.parametrize("cidr", ["ten", "10.0.0.1/16", "fd00::/64", ""])
def test_what_is_no_range_is_refused(cidr: str) -> None:
    assert refusal(lambda: Network("net", cidr=cidr), SpecError).startswith("Network 'net': cidr: ")


def test_production_logs_its_flows() -> None:
    assert NetworkSpec().for_environment(Environment.PRODUCTION).flow_logs
    assert NetworkSpec().for_environment(Environment.STAGING).flow_logs is False
    assert NetworkSpec(flow_logs=False).for_environment(Environment.PRODUCTION).flow_logs is False


@pytest.mark.parametrize("cidr", ["127.0.0.0/16", "169.254.0.0/16", "192.0.2.0/24"])
def test_a_range_that_is_nobodys_own_is_refused(cidr: str) -> None:
    message = refusal(lambda: Network("net", cidr=cidr), SpecError)
    assert message.startswith("Network 'net': cidr: a private IPv4 range between /16 and /24 is needed")


def test_a_tier_that_is_none_is_refused() -> None:
    subnets = {"privat": {"a": "subnet-1"}}
    message = refusal(lambda: Network.existing("net", id="1", cidr="10.0.0.0/16", subnets=subnets), SpecError)  # type: ignore[arg-type]
    assert message == "Network 'net': subnets: given privat; tiers: public, private, isolated"

"""What a VPS costs: one offer a host, with what it goes by."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from infra_kit.planning import costs
from infra_kit.planning.costs import Item
from infra_kit.planning.programs import plan
from tests.unit.planning.conftest import MakeProject

PROGRAM = """
from infra_kit import Backups, Postgres, Redis
Redis("cache", memory_gb=1)
Postgres("db", storage_gb=30, backups=Backups(retention_days=7))
"""
STACK = """
config:
  infra-kit:target: vps
  infra-kit:environment: production
  infra-kit:vps:
    host: 203.0.113.10
    host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample
    backups:
      endpoint: https://fsn1.your-objectstorage.com
      bucket: shop-backups
      access_key: EXAMPLE
"""
Bill = Callable[..., list[Item]]


@pytest.fixture
def bill(make_project: MakeProject) -> Bill:
    """The items of a stack on one host, in EUR, with what is said over its configuration."""

    def make(*settings: str, program: str = PROGRAM) -> list[Item]:
        project = make_project(program, prod=STACK)
        return list(costs.cost(plan(project, "prod", settings), "EUR").items)

    return make


def test_a_host_is_one_line_that_says_which_it_is_and_why(bill: Bill) -> None:
    host, address, backups = bill()
    assert host.what == "hetzner/cx33, 4 shared CPUs, 8 GB, 80 GB disk"
    assert host.assumed
    assert "assumed, the cheapest in the price book with room for its" in host.why
    assert "GB disk)" in host.why
    assert address.what == "public IPv4 address"
    assert backups.what == "database backups in shop-backups, includes 1 TB"
    assert all(item.monthly for item in (host, address, backups))


def test_what_is_said_to_be_rented_is_counted(bill: Bill) -> None:
    host = bill("infra-kit:vps.offer=digitalocean/s-4vcpu-8gb")[0]
    assert host.price
    assert host.price.amount == 48
    assert host.monthly
    assert host.monthly < 48
    assert (host.assumed, host.why) == (False, "infra-kit:vps says so")


def test_what_is_rented_and_too_small_is_said(bill: Bill) -> None:
    host = bill("infra-kit:vps.offer=digitalocean/s-1vcpu-1gb")[0]
    assert host.why.startswith("infra-kit:vps says so, though ")
    assert host.why.endswith(" are asked of it")


def test_an_offer_that_the_book_does_not_know_is_unpriced_and_the_known_ones_are_told(bill: Bill) -> None:
    host = bill("infra-kit:vps.offer=ovh/vps-1")[0]
    assert host.monthly is None
    assert host.why.startswith("the price book has no ovh/vps-1, only digitalocean/g-")
    assert "hetzner/cx33" in host.why


def test_a_size_that_is_said_is_rented(bill: Bill) -> None:
    host = bill("infra-kit:vps.size={cpu: 8, memory_gb: 16, disk_gb: 160}")[0]
    assert host.what.startswith("hetzner/cx43, 8 shared CPUs, 16 GB")
    assert "what infra-kit:vps says it has (8 CPUs, 16 GB, 160 GB disk)" in host.why


def test_more_data_takes_a_larger_host(bill: Bill) -> None:
    small, large = bill()[0], bill(program=PROGRAM.replace("storage_gb=30", "storage_gb=200"))[0]
    assert small.monthly
    assert large.monthly
    assert large.monthly > small.monthly


def test_a_host_in_a_region_costs_what_it_costs_there(bill: Bill) -> None:
    assert bill("infra-kit:region=ash")[0].what.startswith("digitalocean/")
    assert bill("infra-kit:region=ash", "infra-kit:vps.offer=hetzner/ccx13")[0].monthly == Decimal("43.49")
    assert bill("infra-kit:region=fsn1", "infra-kit:vps.offer=hetzner/ccx13")[0].monthly == Decimal("42.99")


def test_traffic_beyond_what_is_included_is_billed(bill: Bill) -> None:
    program = "from infra_kit import Gateway, Service\n"
    program += "app = Service('app', image='registry.example/app:1', port=3000)\n"
    program += "Gateway('edge', routes={'/*': app}, domains=['shop.example'])"
    usage = "infra-kit:usage={edge: {gb_out: 21000}}"
    items = bill("infra-kit:vps.offer=hetzner/cx33", usage, program=program)
    (traffic,) = (item for item in items if item.what.startswith("traffic"))
    assert traffic.what == "traffic beyond 20000 GB"
    assert (traffic.quantity, traffic.monthly) == (Decimal(1000), Decimal(1))
    assert traffic.assumed


def test_a_store_of_unknown_price_is_unpriced(bill: Bill) -> None:
    backups = bill("infra-kit:vps.backups.endpoint=https://s3.example.com")[-1]
    assert backups.monthly is None
    assert backups.why == "nothing is known of what s3.example.com costs"


MEMORY_OF_ANOTHER = """
    import pulumi
    from infra_kit import Redis
    memory = pulumi.StackReference("other").require_output("memory")
    Redis("cache", memory_gb=1, overrides={"server": {"memory": memory}})
"""


def test_a_host_for_what_only_another_stack_knows_the_size_of_is_unpriced(bill: Bill) -> None:
    host = bill(program=MEMORY_OF_ANOTHER)[0]
    assert host.monthly is None
    assert host.why.startswith("its quantity is [other.memory], which nobody here knows")


@pytest.mark.parametrize("setting", ["offer=hetzner/cx33", "size={cpu: 2, memory_gb: 4, disk_gb: 40}"])
def test_a_host_that_is_said_has_its_price_though_only_another_stack_knows_what_runs_on_it(
    bill: Bill, setting: str
) -> None:
    assert bill(f"infra-kit:vps.{setting}", program=MEMORY_OF_ANOTHER)[0].monthly

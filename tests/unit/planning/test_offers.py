"""Hosts that can be rented: dated data, each row checked."""

from datetime import date

import pytest

from infra_kit.errors import PlanningError
from infra_kit.planning import offers
from infra_kit.planning.offers import Need

COLUMNS = (
    "offer,regions,cpu,memory_gb,disk_gb,traffic_tb,dedicated_cpu,architecture,amount,currency,source,read,checked"
)
ROW = "cx1,fsn1 nbg1,2,4,40,20,no,amd64,5.49,EUR,https://example.com/prices,2026-09-29,"


def text(*rows: str) -> str:
    return "\n".join([COLUMNS, *rows])


def test_every_vendors_offers_are_read() -> None:
    found = offers.load()
    assert {offer.vendor for offer in found} == {"hetzner", "digitalocean"}
    assert all(offer.price.read <= date.today() for offer in found)


def test_an_offer_says_what_it_has_and_where() -> None:
    (offer,) = offers.read("hetzner", text(ROW))
    assert offer.words == "hetzner/cx1, 2 shared CPUs, 4 GB, 40 GB disk"
    assert offer.stands_in("nbg1")
    assert offer.stands_in(None)
    assert not offer.stands_in("ash")
    assert offer.traffic_gb == 20_000


def test_the_cheapest_of_all_vendors_has_all_that_is_needed() -> None:
    found = offers.cheapest(Need(cpu=2, memory_gb=6, disk_gb=60), None)
    assert found
    assert found.memory_gb >= 6
    assert found.price.amount == min(
        it.price.amount for it in offers.load() if it.vendor == found.vendor and it.has(Need(2, 6, 60))
    )


def test_dedicated_cpus_cost_more_and_are_only_chosen_where_they_are_asked_for() -> None:
    shared, dedicated = (offers.cheapest(Need(2, 8, 20, dedicated_cpu=own), None) for own in (False, True))
    assert shared
    assert dedicated
    assert not shared.dedicated_cpu
    assert dedicated.dedicated_cpu
    assert dedicated.price.amount > shared.price.amount


def test_an_arm_host_is_only_chosen_for_images_that_are_made_for_it() -> None:
    both = offers.cheapest(Need(2, 4, 40, architectures=("arm64",)), None)
    assert both
    assert both.architecture == "arm64"
    assert offers.cheapest(Need(2, 4, 40), None) != both


def test_where_nothing_is_large_enough_or_a_region_is_unknown_there_is_none() -> None:
    assert offers.cheapest(Need(cpu=500, memory_gb=1, disk_gb=1), None) is None
    assert offers.cheapest(Need(cpu=1, memory_gb=1, disk_gb=1), "digitalocean") is not None
    assert offers.named("hetzner/cx33", "ash") is None
    assert offers.named("hetzner/cx33", "fsn1") is not None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW.replace("5.49", "free"), "line 2: .* is no offer: InvalidOperation"),
        (ROW.replace("5.49", "-1"), "line 2: .*amount: given -1, more than 0"),
        (ROW.replace("EUR", "GBP"), "currency: given 'GBP', allowed: USD, EUR"),
        (ROW.replace("https://", "ftp://"), "source: given 'ftp://example.com/prices'"),
        (
            ROW + "somebody's notes",
            'checked: given "somebody\'s notes"; it begins with an https:// page or with a public',
        ),
        (ROW.replace("amd64", "riscv"), "architecture: given 'riscv'"),
        (ROW.replace(",no,", ",perhaps,"), "is no offer: KeyError: 'perhaps'"),
        (ROW.replace("fsn1 nbg1", ""), "regions: none is named"),
        (ROW.replace("2026-09-29", "yesterday"), "is no offer: ValueError"),
        ("cx1,fsn1", "is no offer"),
    ],
)
def test_a_row_that_is_no_offer_is_named_with_its_line(row: str, said: str) -> None:
    with pytest.raises(PlanningError, match=said):
        list(offers.read("hetzner", text(row)))


def test_an_offer_stands_once_a_region() -> None:
    with pytest.raises(PlanningError, match="line 3: hetzner/cx1 in fsn1 stands there twice"):
        list(offers.read("hetzner", text(ROW, ROW)))


def test_other_columns_are_refused() -> None:
    with pytest.raises(PlanningError, match="offers have offer, regions, cpu"):
        list(offers.read("hetzner", "name,price\ncx1,5"))

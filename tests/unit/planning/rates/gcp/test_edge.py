"""What comes in by a load balancer, and what goes out of a network."""

from __future__ import annotations

import pytest

from infra_kit import Cdn, Gateway, Network, ObjectStore, Service
from infra_kit.planning.usage import HOURS_A_MONTH
from tests.unit.planning.rates.gcp.bills import BACKEND, RULE, RUN, URL_MAP, bill, items, monthly, raw
from tests.unit.planning.rates.gcp.test_cloud_run import IMAGE

EGRESS = {"edge": {"gb_out": 100, "requests": 10_000_000, "cached": 0.8}}


def test_a_cdn_pays_what_its_caches_send_and_what_fills_them() -> None:
    there = bill(lambda: Cdn("edge", routes={"/*": "https://origin.example.com"}), EGRESS)
    found = [(it.what, float(it.quantity)) for it in there.items if it.resource == "edge-routes"]
    assert found == [
        ("GB out of the caches", 80),
        ("million requests to the caches", 10),
        ("GB into the caches, and out", pytest.approx(20)),
        ("of it, GB out", pytest.approx(20)),
        ("GB through the load balancer", pytest.approx(20)),
    ]
    assert monthly(there, "cdn/lookup", "edge-routes") == pytest.approx(7.5)


def test_where_something_is_not_cached_the_rest_leaves_as_any_traffic_does() -> None:
    def program() -> None:
        raw(URL_MAP, defaultService="a")
        raw(BACKEND, "static", enableCdn=True)
        raw(BACKEND, "api", enableCdn=False)

    there = bill(program, {"*": {"gb_out": 100, "cached": 0.8}})
    assert float(items(there)["cdn/egress"].quantity) == 80
    assert float(items(there)["network/egress"].quantity) == pytest.approx(20)
    assert "cdn/fill" not in items(there)


def test_what_a_gateway_behind_a_cdn_answers_is_not_cached() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        gateway = Gateway("gateway", routes={"/*": api}, public=False)
        Cdn("edge", routes={"/*": gateway, "/static/*": ObjectStore("files")})

    there = bill(program, EGRESS)
    assert float(items(there, "edge-routes")["network/egress"].quantity) == pytest.approx(20)
    assert "cdn/fill" not in items(there, "edge-routes")


def test_a_store_behind_a_cdn_sends_nothing_to_the_internet() -> None:
    def program() -> None:
        files, private = ObjectStore("files"), ObjectStore("private")
        Cdn("edge", routes={"/*": files})
        assert private

    there = bill(program)
    assert "storage/egress" not in items(there, "files-bucket")
    assert "storage/egress" in items(there, "private-bucket")


def test_a_gateway_pays_for_its_firewall_and_what_goes_through() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        Gateway("gateway", routes={"/*": api}, waf=True)

    there = bill(program, {"gateway": {"requests": 4_000_000, "gb_out": 100}})
    policy = items(there, "gateway-policy")
    assert monthly(there, "armor/policy", "gateway-policy") == 5
    assert policy["armor/rule"].monthly == policy["armor/rule"].quantity >= 4
    assert monthly(there, "armor/requests", "gateway-policy") == pytest.approx(3)
    assert monthly(there, "network/egress", "gateway-routes") == pytest.approx(12)
    assert monthly(there, "lb/data", "gateway-routes") == pytest.approx(0.8)
    assert "network/egress" not in items(there, "api-service")


@pytest.mark.parametrize(("rules", "hourly"), [(1, 0.025), (5, 0.025), (6, 0.035), (8, 0.055)])
def test_five_rules_cost_what_one_does(rules: int, hourly: float) -> None:
    there = bill(lambda: [raw(RULE, f"rule-{number}", ipAddress="192.0.2.1") for number in range(rules)])
    assert float(there.total) == pytest.approx(hourly * HOURS_A_MONTH)


def test_an_address_costs_something_only_while_nothing_uses_it() -> None:
    def program(*, used: bool) -> None:
        address = raw("gcp:compute/globalAddress:GlobalAddress", "address")
        raw(RULE, ipAddress=address.id if used else "192.0.2.1")

    assert items(bill(lambda: program(used=True)), "address") == {}
    assert monthly(bill(lambda: program(used=False)), "ip/unused", "address") == pytest.approx(7.3)


def test_a_range_within_the_network_costs_nothing() -> None:
    there = bill(lambda: Network("net"))
    assert items(there, "net-services-range") == {}


def test_a_nat_costs_by_what_sends_through_it_up_to_32() -> None:
    def program(instances: int) -> None:
        raw("gcp:compute/routerNat:RouterNat", "nat")
        raw(RUN, template={"containers": [{}]}, scaling={"minInstanceCount": instances})

    one, many, most = (monthly(bill(lambda n=n: program(n)), "nat/vm", "nat") for n in (1, 10, 50))  # type: ignore[misc]
    assert one == pytest.approx(0.0014 * HOURS_A_MONTH)
    assert many == pytest.approx(10 * one)
    assert most == pytest.approx(32 * one)


def test_a_network_pays_for_its_flow_logs_only_where_it_has_them() -> None:
    assert "logging/vended" in items(bill(lambda: Network("net", flow_logs=True)), "net-subnetwork")
    assert items(bill(lambda: Network("net", flow_logs=False)), "net-subnetwork") == {}

"""What else of aws is billed: caches, storage, networks, edges, buses, logs, keys."""

from decimal import Decimal
from typing import Any

import pulumi_aws as aws

from infra_kit import Cdn, EventBus, Gateway, Network, ObjectStore, Redis, Route, Service, Stream
from infra_kit.planning.costs import Costs
from tests.unit.planning.rates.aws.bills import AWS, bill, of, skus
from tests.unit.planning.rates.aws.test_compute import IMAGE


def by_sku(made: Costs) -> dict[str, float]:
    found: dict[str, float] = {}
    for item in made.items:
        if item.price:
            found[item.price.sku] = found.get(item.price.sku, 0) + float(item.quantity)
    return found


def test_a_cache_is_billed_by_its_nodes_and_never_rests() -> None:
    made = bill(
        lambda: Redis("cache", target=AWS, memory_gb=1, replicas=1, high_availability=True), cache={"hours": 100}
    )
    assert skus(of(made, "cache-server")) == {"elasticache/valkey/cache.t4g.small": 2 * 730}


def test_a_bucket_is_billed_by_what_is_in_it_and_what_is_asked_of_it() -> None:
    made = bill(lambda: ObjectStore("files", target=AWS), files={"stored_gb": 100, "requests": 10_000, "gb_out": 5})
    assert skus(of(made, "files-bucket")) == {
        "s3/standard": 100, "s3/reads": 9, "s3/writes": 1, "transfer/internet-out": 5
    }  # fmt: skip
    assert skus(of(made, "files-logs")) == {"s3/standard": 1}


def test_what_a_cdn_answers_leaves_by_the_cdn_alone() -> None:
    def program() -> None:
        files = ObjectStore("files", target=AWS)
        Cdn("edge", target=AWS, routes={"/*": Route(files)})

    made = bill(program, files={"gb_out": 100}, edge={"gb_out": 100, "requests": 2_000_000})
    assert "transfer/internet-out" not in skus(of(made, "files-bucket"))
    assert skus(of(made, "edge-distribution")) == {"cloudfront/out": 100, "cloudfront/https": 2000}


def test_visitors_cost_what_they_cost_where_the_stack_stands() -> None:
    def program() -> None:
        Cdn("edge", target=AWS, routes={"/*": "https://origin.example.com"})

    here, there = bill(program), bill(program, region="sa-east-1")
    assert [item.price.amount for item in of(here, "edge-distribution") if item.price] == [
        Decimal("0.085"),
        Decimal("0.001"),
    ]
    assert [item.price.amount for item in of(there, "edge-distribution") if item.price] == [
        Decimal("0.11"),
        Decimal("0.0022"),
    ]


def test_a_network_pays_for_its_way_out_and_not_for_its_way_to_buckets() -> None:
    made = bill(lambda: Network("net", target=AWS, nat="single"), net={"gb_nat": 30})
    found = by_sku(made)
    assert (found["nat/hour"], found["nat/data"], found["transfer/internet-out"], found["ipv4"]) == (730, 30, 30, 730)
    assert "endpoint/hour" not in found


def test_several_gateways_share_what_goes_through() -> None:
    found = by_sku(bill(lambda: Network("net", target=AWS, nat="per-zone", zones=2), net={"gb_nat": 30}))
    assert (found["nat/hour"], found["nat/data"]) == (2 * 730, 30)


def test_an_endpoint_with_interfaces_is_billed_in_each_subnet() -> None:
    made = bill(
        lambda: aws.ec2.VpcEndpoint(
            "logs", vpc_id="vpc", service_name="com.amazonaws.us-east-1.logs", vpc_endpoint_type="Interface",
            subnet_ids=["a", "b"],
        )
    )  # fmt: skip
    assert skus(of(made, "logs")) == {"endpoint/hour": 2 * 730}


def gateway(**arguments: Any) -> None:
    api = Service("api", target=AWS, image=IMAGE, cpu=1, memory_gb=2, port=3000)
    Gateway("edge", target=AWS, routes={"/*": api}, domains=["api.example.com"], **arguments)


def test_a_gateway_is_billed_by_hours_capacity_addresses_and_what_leaves() -> None:
    made = bill(lambda: gateway(waf=False), edge={"requests": 90_000_000, "gb_out": 10})
    assert skus(of(made, "edge-balancer")) == {
        "alb/hour": 730, "alb/capacity": 1000, "ipv4": 2 * 730, "transfer/internet-out": 10
    }  # fmt: skip


def test_a_gateway_whose_subnets_stand_elsewhere_has_the_addresses_of_two_zones() -> None:
    def program() -> None:
        subnets: Any = "[network.public-subnets]"
        aws.lb.LoadBalancer("edge", subnets=subnets)

    (addresses,) = (item for item in of(bill(program), "edge") if item.price and item.price.sku == "ipv4")
    assert addresses.quantity == 2 * 730
    assert addresses.assumed


def test_files_are_billed_with_the_throughput_that_their_size_does_not_bring() -> None:
    def program(**arguments: Any) -> dict[str, float]:
        made = bill(lambda: aws.efs.FileSystem("files", **arguments), every={"stored_gb": 230})
        return skus(of(made, "files"))

    faster = program(throughput_mode="provisioned", provisioned_throughput_in_mibps=100)
    assert faster == {"efs/standard": 230, "efs/throughput": 88.5}
    assert program(throughput_mode="provisioned", provisioned_throughput_in_mibps=10) == {"efs/standard": 230}
    assert program(availability_zone_name="us-east-1a") == {"efs/one-zone": 230}


def test_a_firewall_is_billed_by_its_rules_and_requests() -> None:
    made = bill(lambda: gateway(waf=True), edge={"requests": 3_000_000})
    found = skus(of(made, "edge-acl"))
    assert (found["waf/acl"], found["waf/requests"]) == (1, 3)
    assert found["waf/rule"] >= 2


def test_a_bus_is_billed_by_events_archives_and_queues_but_not_by_dead_letters() -> None:
    def program() -> None:
        EventBus("bus", target=AWS, engine="native", streams={"LEADS": Stream(subjects=["lead.*"], retention="60d")})

    made = bill(program, bus={"messages": 2_000_000})
    found = by_sku(made)
    assert (found["events/custom"], found["events/archived"], found["events/kept"]) == (2, 2, 4)
    assert not of(made, "bus-bus-dead-letters")


def test_an_alarm_is_billed_by_the_metrics_it_looks_at() -> None:
    def program() -> None:
        metric: Any = {"metric_name": "Errors", "namespace": "AWS/Lambda", "period": 60, "stat": "Sum"}
        queries: Any = [{"id": f"m{i}", "metric": metric} for i in range(2)] + [{"id": "e", "expression": "m0 / m1"}]
        aws.cloudwatch.MetricAlarm(
            "errors", comparison_operator="GreaterThanThreshold", evaluation_periods=1, metric_queries=queries
        )

    assert skus(of(bill(program), "errors")) == {"cloudwatch/alarm": 2}


def test_a_log_is_billed_when_it_is_written_and_as_long_as_it_is_kept() -> None:
    made = bill(lambda: aws.cloudwatch.LogGroup("log", retention_in_days=60))
    assert skus(of(made, "log")) == {"logs/ingested": 1, "logs/stored": 0.3}


def test_short_parameters_are_free_and_long_ones_are_not() -> None:
    def program() -> None:
        aws.ssm.Parameter("short", type="String", value="x")
        aws.ssm.Parameter("long", type="String", tier="Intelligent-Tiering", value="x" * 5000)

    made = bill(program)
    assert not of(made, "short")
    assert skus(of(made, "long")) == {"parameters/advanced": 1}


def test_what_nobody_here_knows_is_unpriced() -> None:
    (item,) = bill(lambda: aws.redshift.Cluster("big", cluster_identifier="big", node_type="ra3.large")).unpriced
    assert item.why == "nothing is known of what aws:redshift/cluster:Cluster costs"

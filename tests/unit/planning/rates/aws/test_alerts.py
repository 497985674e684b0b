"""What Alerts and Uptime cost on aws: alarms by their metrics, health checks with their options; and what
machines tell."""

from typing import Literal

import pytest

from infra_kit import Alerts, Check, Consumer, EventBus, Network, Redis, Routes, Rule, Stream, Uptime
from tests.unit.planning.rates.aws.bills import AWS, bill, of, skus


def test_a_health_check_is_billed_with_each_option() -> None:
    checks = {"home": Check(contains="Welcome", every="10s"), "health": Check()}
    made = bill(lambda: Uptime("site", target=AWS, url="https://www.example.com", checks=checks))
    assert skus(of(made, "site-check-home")) == {"route53/health-check": 1, "route53/health-check-option": 3}
    assert skus(of(made, "site-check-health")) == {"route53/health-check": 1, "route53/health-check-option": 1}
    plain = bill(lambda: Uptime("site", target=AWS, url="http://www.example.com"))
    assert skus(of(plain, "site-check-home")) == {"route53/health-check": 1}


def test_an_alert_costs_its_metrics_and_no_message_of_the_application() -> None:
    def program() -> None:
        rules = {"cold": Rule(signal="cache-hits", below=50)}
        cache, ops = Redis("cache", target=AWS), Routes(email=["ops@example.com"])
        Alerts("alerts", target=AWS, watch=[cache], rules=rules, routes={"P1": ops})

    made = bill(program, alerts={"messages": 10_000_000})
    assert skus(of(made, "alerts-cold.cache.node-1")) == {"cloudwatch/alarm": 2}
    assert not of(made, "alerts-p1")


@pytest.mark.parametrize("replicas", [1, 3])
def test_what_nats_tells_of_a_consumer_is_billed_once_however_many_servers_tell_it(
    replicas: Literal[1, 3],
) -> None:
    def program() -> None:
        streams = {"LEADS": Stream(subjects=["lead.*"], replicas=replicas)}
        consumers = {"crm": Consumer(stream="LEADS"), "log": Consumer(stream="LEADS", dead_letter=False)}
        network = Network("net", target=AWS, zones=3)
        EventBus("bus", target=AWS, network=network, streams=streams, consumers=consumers)

    made = bill(program)
    told = [skus(of(made, f"bus-server-{zone}"))["cloudwatch/metric"] for zone in "abc"[:replicas]]
    assert sum(told) == pytest.approx(2 * replicas + 3 + 2)

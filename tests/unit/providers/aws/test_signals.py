"""How CloudWatch measures what a rule names: the metric, what is made of it, and what silence means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from infra_kit import (
    Alerts,
    Auth,
    Backlog,
    Budget,
    Cdn,
    Client,
    Consumer,
    DocumentStore,
    EventBus,
    Gateway,
    Job,
    Mailer,
    Pooling,
    Postgres,
    Redis,
    Rule,
    Search,
    Service,
    Stream,
    Uptime,
    Worker,
    features,
)
from infra_kit.component import Component
from infra_kit.errors import UnsupportedFeatureError
from infra_kit.providers.aws import signals
from infra_kit.providers.common.nats_cluster import OF_SERVERS
from infra_kit.signals import MEANINGS, OF, Signal
from infra_kit.testing import Recording
from tests.unit.providers.aws.alarms import ELSEWHERE, alarm, alerts, figure
from tests.unit.providers.aws.workloads import AWS, IMAGE, of

RUNS: dict[str, Any] = {"image": IMAGE, "command": ["python", "app.py"]}
KINDS: Mapping[str, Callable[[], Component[Any, Any]]] = {
    "postgres": lambda: Postgres("db", memory_gb=4, storage_gb=50, read_replicas=1),
    "redis": lambda: Redis("cache", memory_gb=1),
    "document_store": lambda: DocumentStore("docs", memory_gb=4, read_replicas=1),
    "search": lambda: Search("search", storage_gb=20),
    "auth": lambda: Auth("people", clients={"web": Client(redirects=["https://www.example.com/back"])}),
    "mailer": lambda: Mailer("mail", domain="mail.example.com"),
    "event_bus": lambda: EventBus(
        "bus", engine="native", streams={"orders": Stream(subjects=["orders.*"])},
        consumers={"billing": Consumer(stream="orders")},
    ),
    "cdn": lambda: Cdn("cdn", routes={"/*": "https://origin.example.com"}, domains=["www.example.com"]),
    "gateway": lambda: Gateway("edge", routes={"/*": Service("api", **RUNS)}, domains=["api.example.com"]),
    "service": lambda: Service("api", min_instances=2, **RUNS),
    "worker": lambda: Worker("scorer", **RUNS),
    "job": lambda: Job("nightly", schedule="0 3 * * *", **RUNS),
    "uptime": lambda: Uptime("site", url="https://www.example.com"),
    "budget": lambda: Budget("budget", monthly=120),
}  # fmt: skip
NAMES = {"postgres": "db", "redis": "cache", "event_bus": "bus", "gateway": "edge", "service": "api"}


def rule(signal: Signal, **asked: Any) -> Rule:
    return Rule(signal=signal, **{"below" if MEANINGS[signal].bad_when_low else "above": 50, **asked})


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_said_to_be_measured_has_an_alarm_in_its_own_unit(kind: str) -> None:
    measured = signals.MEASURES.kinds[kind][1] - (OF_SERVERS if kind == "event_bus" else frozenset())
    rules = {signal.value: rule(signal) for signal in measured}
    made = alerts(KINDS[kind], rules=rules)
    alarms = [it.name.removeprefix("alerts-").partition(".")[0] for it in made.children("alerts")]
    assert set(alarms) - {"key", "key-policy"} == set(rules)
    assert not any("left out" in warning for warning in made.warnings)


def test_what_no_metric_says_has_a_way_out() -> None:
    lacking = {features.signal(kind, signal) for kind, measured in OF.items() for signal in measured} - signals.SUPPORTS
    of_one_engine = {features.signal("event_bus", signal) for signal in OF_SERVERS}
    assert lacking | of_one_engine | {signals.SPENT} == signals.HINTS.keys()


def test_nats_is_up_as_far_as_each_of_its_machines_tells_that_it_is() -> None:
    made = alerts(nats, rules={"down": rule(Signal.UPTIME, below=100)})
    assert figure(made, "down.bus.a") == ("100 * it", {"it": ("bus_up", "Maximum")})
    assert of_figure(made, "down.bus.a") == {"Server": made.named("bus").outputs["host"].replace("nats", "nats-a")}


@pytest.mark.parametrize(
    ("signal", "metric"),
    [
        (Signal.BACKLOG, "bus_waiting"),
        (Signal.BACKLOG_AGE, "bus_oldest_seconds"),
        (Signal.DEAD_LETTERS, "bus_dead"),
    ],
)
def test_what_waits_in_nats_is_told_by_its_machines_of_each_consumer(signal: Signal, metric: str) -> None:
    made = alerts(nats, rules={"late": rule(signal)})
    assert figure(made, "late.bus.billing") == ("it", {"it": (metric, "Maximum")})
    assert of_figure(made, "late.bus.billing") == {"Bus": made.named("bus").outputs["host"], "Consumer": "billing"}


@pytest.mark.parametrize("signal", OF["event_bus"])
def test_where_a_machine_of_nats_tells_nothing_it_is_down_and_its_other_figures_stay_as_they_were(
    signal: Signal,
) -> None:
    made = alerts(nats, rules={"it": rule(signal)})
    (role,) = (it.name.removeprefix("alerts-") for it in made.children("alerts") if it.name.startswith("alerts-it."))
    assert alarm(made, role)["treatMissingData"] == ("breaching" if signal == Signal.UPTIME else "ignore")
    (series,) = (
        alarm(made, role)["metricQueries"] if signal != Signal.UPTIME else alarm(made, role)["metricQueries"][:1]
    )
    assert series["metric"]["namespace"] == "infra-kit"


def test_a_disk_of_nats_that_fills_is_an_alarm_where_nothing_is_said() -> None:
    made = alerts(nats)
    for role, level in (("disk.bus.a", 80), ("disk-full-soon.bus.a", 90)):
        assert figure(made, role) == ("it", {"it": ("disk_percent", "Maximum")})
        assert (alarm(made, role)["threshold"], alarm(made, role)["comparisonOperator"]) == (
            level,
            "GreaterThanThreshold",
        )


def test_no_alarm_is_there_before_the_servers_are_set_up() -> None:
    """They would tell of servers that begin."""
    made = alerts(nats, rules={"down": rule(Signal.UPTIME), "late": rule(Signal.BACKLOG)})
    for role in ("down.bus.a", "late.bus.billing"):
        known = made.named(f"alerts-{role}").request.propertyDependencies["metricQueries"].urns
        assert made.named("bus-setup-run").urn in known


def of_figure(made: Recording, role: str) -> Any:
    """What the one series of an alarm is of."""
    return alarm(made, role)["metricQueries"][0]["metric"]["dimensions"]


def test_a_disk_of_eventbridge_is_a_gap_with_a_way_out() -> None:
    with pytest.raises(UnsupportedFeatureError, match="EventBridge and SQS have no disk that fills"):
        alerts(KINDS["event_bus"], rules={"full": rule(Signal.DISK)})


def test_whether_eventbridge_is_up_is_a_gap_with_a_way_out() -> None:
    with pytest.raises(UnsupportedFeatureError, match="EventBridge and SQS say nothing of it"):
        alerts(KINDS["event_bus"], rules={"down": rule(Signal.UPTIME)})


def nats() -> EventBus:
    streams = {"orders": Stream(subjects=["orders.*"])}
    return EventBus("bus", streams=streams, consumers={"billing": Consumer(stream="orders")})


def test_a_budget_is_held_against_what_the_account_is_charged() -> None:
    made = alerts(KINDS["budget"], ELSEWHERE, rules={"much": rule(Signal.SPENT)})
    assert figure(made, "much.budget") == ("100 * charged / 120", {"charged": ("EstimatedCharges", "Maximum")})
    told = alarm(made, "much.budget")
    (charged,) = [it["metric"] for it in told["metricQueries"] if "metric" in it]
    assert (charged["dimensions"], charged["period"]) == ({"Currency": "USD"}, 6 * 3600)
    assert (told["region"], told["treatMissingData"]) == ("us-east-1", "ignore")


def test_a_budget_of_one_product_in_an_account_of_several_is_measured_by_nothing() -> None:
    config = AWS | {"infra-kit:aws": {"cost_tags": True}}
    with pytest.raises(UnsupportedFeatureError, match="what the whole account is charged"):
        alerts(KINDS["budget"], config, rules={"much": rule(Signal.SPENT)})


def test_a_database_is_down_when_it_reports_nothing() -> None:
    made = alerts(KINDS["postgres"], rules={"down": rule(Signal.UPTIME, below=100)})
    assert figure(made, "down.db") == ("IF(it >= 0, 100, 0)", {"it": ("DatabaseConnections", "Average")})
    assert alarm(made, "down.db")["treatMissingData"] == "breaching"


def test_a_databases_memory_disk_and_connections_are_shares_of_what_it_has() -> None:
    rules = {it.value: rule(it) for it in (Signal.MEMORY, Signal.DISK, Signal.CONNECTIONS)}
    made = alerts(KINDS["postgres"], rules=rules)
    assert figure(made, "memory.db")[0] == f"100 - 100 * free / {4 * 2**30}"
    assert figure(made, "disk.db") == (f"100 - 100 * free / {50 * 2**30}", {"free": ("FreeStorageSpace", "Average")})
    assert figure(made, "connections.db")[0] == f"100 * open / {4 * 2**30 // 9_531_392}"
    own = alerts(lambda: Postgres("db", parameters={"max_connections": "300"}), rules=rules)
    assert figure(own, "connections.db")[0] == "100 * open / 300"


def test_of_a_replica_whose_disk_grows_a_plan_knows_the_size_of_its_primary() -> None:
    made = alerts(
        lambda: Postgres("db", storage_gb=50, max_storage_gb=200, read_replicas=1), rules={"full": rule(Signal.DISK)}
    )
    assert figure(made, "full.db.replica-1")[0] == f"100 - 100 * free / {50 * 2**30}"


def test_before_a_pooler_the_connections_that_it_may_lend_count_too() -> None:
    rules = {"full": rule(Signal.CONNECTIONS)}
    made = alerts(lambda: Postgres("db", pooling=Pooling()), rules=rules)
    assert figure(made, "full.db.pooler") == (
        "100 * lent / most",
        {
            "lent": ("DatabaseConnectionsCurrentlyBorrowed", "Sum"),
            "most": ("MaxDatabaseConnectionsAllowed", "Sum"),
        },
    )
    (first, *_) = alarm(made, "full.db.pooler")["metricQueries"]
    assert first["metric"]["dimensions"] == {"ProxyName": made.named("db-pooler").outputs["name"]}
    assert figure(made, "full.db")[1] == {"open": ("DatabaseConnections", "Maximum")}
    assert not [it for it in alerts(KINDS["postgres"], rules=rules).resources if it.name.endswith("db.pooler")]


def test_a_replica_counts_by_itself_and_alone_has_a_lag() -> None:
    made = alerts(KINDS["postgres"], rules={"lag": rule(Signal.REPLICA_LAG), "cpu": rule(Signal.CPU)})
    roles = sorted(it.name for it in made.children("alerts"))
    assert roles == ["alerts-cpu.db", "alerts-cpu.db.replica-1", "alerts-lag.db.replica-1"]
    assert alarm(made, "lag.db.replica-1")["metricQueries"][0]["metric"]["dimensions"] == {
        "DBInstanceIdentifier": "db-replica-1a2b3c4"
    }


def test_the_busy_thread_of_a_large_redis_is_what_counts() -> None:
    rules = {"cpu": rule(Signal.CPU)}
    small, large = (alerts(partial(Redis, "cache", memory_gb=gb), rules=rules) for gb in (1, 12))
    assert figure(small, "cpu.cache.node-1")[1] == {"it": ("CPUUtilization", "Average")}
    assert figure(large, "cpu.cache.node-1")[1] == {"it": ("EngineCPUUtilization", "Average")}


def test_each_node_of_a_redis_counts_by_itself() -> None:
    made = alerts(lambda: Redis("cache", replicas=1), rules={"full": rule(Signal.MEMORY)})
    ids = [it.inputs["metricQueries"][0]["metric"]["dimensions"]["CacheClusterId"] for it in made.children("alerts")]
    assert [it.rpartition("-")[2] for it in ids] == ["001", "002"]


def test_errors_are_a_share_of_all_requests_whoever_answered_them() -> None:
    made = alerts(KINDS["gateway"], rules={"errors": rule(Signal.ERRORS)})
    expression, series = figure(made, "errors.edge")
    assert expression == "100 * (FILL(theirs, 0) + FILL(its, 0)) / requests"
    assert {name for name, _ in series.values()} == {
        "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "RequestCount",
    }  # fmt: skip
    assert alarm(made, "errors.edge")["treatMissingData"] == "notBreaching"


def test_what_waits_in_a_queue_and_what_was_given_up_is_counted_by_consumer() -> None:
    made = alerts(KINDS["event_bus"], rules={"much": rule(Signal.BACKLOG), "lost": rule(Signal.DEAD_LETTERS)})
    assert figure(made, "much.bus.billing")[0] == "queued + taken"
    names = [
        alarm(made, it)["metricQueries"][0]["metric"]["dimensions"] for it in ("much.bus.billing", "lost.bus.billing")
    ]
    assert names == [{"QueueName": "bus-queue-1a2b3c4"}, {"QueueName": "bus-dead-letters-1a2b3c4"}]


def test_a_service_that_runs_fewer_tasks_than_the_least_is_seen_also_at_none() -> None:
    made = alerts(KINDS["service"], rules={"gone": rule(Signal.INSTANCES, below=100)})
    assert figure(made, "gone.api") == ("100 * tasks / 2", {"tasks": ("CPUUtilization", "SampleCount")})
    assert alarm(made, "gone.api")["treatMissingData"] == "breaching"


def test_a_worker_that_may_have_no_instances_lacks_none() -> None:
    def program() -> None:
        bus = EventBus(
            "bus", engine="native", streams={"orders": Stream(subjects=["orders.*"])},
            consumers={"billing": Consumer(stream="orders")},
        )  # fmt: skip
        backlog = Backlog(consumer="billing", per_instance=10)
        links = [bus.link(consume=["billing"])]
        worker = Worker("scorer", min_instances=0, max_instances=3, backlog=backlog, links=links, **RUNS)
        Alerts("alerts", watch=[worker], rules={"gone": rule(Signal.INSTANCES)})

    assert not of(program).children("alerts")


def test_a_job_fails_in_three_ways_and_one_of_ups_needs_no_alarm() -> None:
    made = alerts(KINDS["job"], rules={"failed": rule(Signal.FAILED_RUNS, above=0, lasting="1m")})
    names = {name for name, _ in figure(made, "failed.nightly")[1].values()}
    assert names == {"ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"}
    by_up = alerts(lambda: Job("migrate", **RUNS), rules={"failed": rule(Signal.FAILED_RUNS, of=["migrate"])})
    assert not by_up.children("alerts")
    assert "rules.failed: nothing of Job 'migrate' has failed-runs as it is now" in "\n".join(by_up.warnings)


def test_what_is_measured_once_a_day_is_looked_at_once_a_day() -> None:
    rules = {"ends": Rule(signal="certificate", below=21, lasting="1h")}
    made = alerts(KINDS["gateway"], rules=rules)
    inputs = alarm(made, "ends.edge")
    assert inputs["metricQueries"][0]["metric"]["period"] == 86_400
    assert (inputs["evaluationPeriods"], inputs["treatMissingData"]) == (1, "ignore")


@pytest.mark.parametrize("kind", ["cdn", "uptime"])
def test_what_reports_to_us_east_1_is_watched_there(kind: str) -> None:
    signal = Signal.ERRORS if kind == "cdn" else Signal.UPTIME
    made = alerts(KINDS[kind], ELSEWHERE, rules={"bad": rule(signal)})
    (there,) = made.children("alerts")
    assert there.inputs["region"] == "us-east-1"

"""How Cloud Monitoring measures what a rule names: a query in PromQL, in the signal's own unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from infra_kit import (
    Alerts,
    Cdn,
    Consumer,
    Dashboard,
    EventBus,
    Gateway,
    Job,
    ObjectStore,
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
from infra_kit.providers.gcp import signals
from infra_kit.providers.gcp.signals import messages
from infra_kit.signals import MEANINGS, OF, Signal
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import IMAGE, of

RUNS: dict[str, Any] = {"image": IMAGE, "command": ["python", "app.py"]}
KINDS: Mapping[str, Callable[[], Component[Any, Any]]] = {
    "postgres": lambda: Postgres("db", memory_gb=4, storage_gb=50, read_replicas=1),
    "redis": lambda: Redis("cache", memory_gb=1),
    "search": lambda: Search("search"),
    "object_store": lambda: ObjectStore("files"),
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
}  # fmt: skip


def rule(signal: Signal, **asked: Any) -> Rule:
    return Rule(signal=signal, **{"below" if MEANINGS[signal].bad_when_low else "above": 50, **asked})


def measured(kind: str) -> frozenset[Signal]:
    return signals.MEASURES.kinds[kind][1] - (messages.OF_MACHINES if kind == "event_bus" else frozenset())


def everything(kind: str) -> Recording:
    """A rule for each signal of a kind."""
    return alerts(kind, **{signal.value: rule(signal) for signal in measured(kind)})


def alerts(kind: str, **rules: Rule) -> Recording:
    return of(lambda: Alerts("alerts", watch=[KINDS[kind]()], rules=rules))


def query(made: Recording, role: str) -> str:
    (condition,) = made.named(f"alerts-{role}").inputs["conditions"]
    return str(condition["conditionPrometheusQueryLanguage"]["query"])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_said_to_be_measured_has_a_policy(kind: str) -> None:
    made = everything(kind)
    found = {it.name.removeprefix("alerts-").partition(".")[0] for it in made.children("alerts")}
    assert found == {signal.value for signal in measured(kind)}
    assert not any("left out" in warning for warning in made.warnings)


def test_what_no_metric_says_has_a_way_out() -> None:
    lacking = {features.signal(kind, signal) for kind, measured in OF.items() for signal in measured} - signals.SUPPORTS
    of_machines = {features.signal("event_bus", signal) for signal in messages.OF_MACHINES}
    assert lacking | of_machines == signals.HINTS.keys()


def nats() -> EventBus:
    streams = {"orders": Stream(subjects=["orders.*"])}
    return EventBus("bus", streams=streams, consumers={"billing": Consumer(stream="orders")})


def of_nats(**rules: Rule) -> Recording:
    return of(lambda: Alerts("alerts", watch=[nats()], rules=rules))


def machine(figure: str, name: str, more: str = "") -> str:
    """A figure that one tells."""
    its = f'monitored_resource="gce_instance",instance_id=~"{name}-number"{more}'
    return f"custom_googleapis_com:infra_kit_{figure}{{{its}}}"


def test_nats_is_up_as_far_as_each_of_its_machines_tells_that_it_is() -> None:
    asked = query(of_nats(down=rule(Signal.UPTIME, below=100)), "down.bus.a")
    assert asked == f"(100 * max({machine('bus_up', 'bus-server-a')}) or vector(0)) < 100"


@pytest.mark.parametrize(
    ("signal", "figure"),
    [
        (Signal.BACKLOG, "bus_waiting"),
        (Signal.BACKLOG_AGE, "bus_oldest_seconds"),
        (Signal.DEAD_LETTERS, "bus_dead"),
    ],
)
def test_what_waits_in_nats_is_told_by_its_machines(signal: Signal, figure: str) -> None:
    asked = query(of_nats(late=rule(signal, above=900)), "late.bus.billing")
    told = machine(figure, "bus-server-a", ',consumer="billing"')
    assert asked == f"(max({told})) > 900"


def test_no_policy_is_there_before_the_servers_are_set_up() -> None:
    """They would tell of servers that begin."""
    made = of_nats(down=rule(Signal.UPTIME), late=rule(Signal.BACKLOG))
    for role in ("down.bus.a", "late.bus.billing"):
        known = made.named(f"alerts-{role}").request.propertyDependencies["conditions"].urns
        assert made.named("bus-settled").urn in known


def test_what_waits_is_the_same_for_all_machines_of_a_bus() -> None:
    def program() -> None:
        streams = {"orders": Stream(subjects=["orders.*"], replicas=3)}
        bus = EventBus("bus", streams=streams, consumers={"billing": Consumer(stream="orders")})
        Alerts("alerts", watch=[bus], rules={"late": rule(Signal.BACKLOG), "full": rule(Signal.DISK)})

    made = of(program)
    assert sorted(it.name.removeprefix("alerts-") for it in made.children("alerts")) == [
        "full.bus.a", "full.bus.b", "full.bus.c", "late.bus.billing"
    ]  # fmt: skip
    numbers = "|".join(f"bus-server-{place}-number" for place in "abc")
    assert f'instance_id=~"{numbers}"' in query(made, "late.bus.billing")


def test_a_disk_of_nats_that_fills_is_an_alarm_where_nothing_is_said() -> None:
    made = of(lambda: Alerts("alerts", watch=[nats()]))
    for role, bound in (("disk.bus.a", 80), ("disk-full-soon.bus.a", 90)):
        told = machine("disk_percent", "bus-server-a")
        assert query(made, role) == f"(max({told})) > {bound}"


def test_a_disk_of_pubsub_is_a_gap_with_a_way_out() -> None:
    with pytest.raises(UnsupportedFeatureError, match="Pub/Sub has no disk that fills"):
        alerts("event_bus", full=rule(Signal.DISK))


def test_a_search_is_watched_by_its_machine() -> None:
    made = everything("search")
    cpu = 'instance_cpu_utilization{monitored_resource="gce_instance",instance_id="search-server-number"}'
    assert query(made, "cpu.search") == f"(100 * max(compute_googleapis_com:{cpu})) > 50"
    up = machine("search_up", "search-server")
    assert query(made, "uptime.search") == f"(100 * max({up}) or vector(0)) < 50"
    for signal in (Signal.MEMORY, Signal.DISK):
        told = machine(f"{signal}_percent", "search-server")
        assert query(made, f"{signal}.search") == f"(max({told})) > 50"


def test_a_board_of_nats_shows_what_its_machines_tell() -> None:
    made = of(lambda: Dashboard("board", of=[nats()]))
    shown = made.named("board-board").inputs["dashboardJson"]
    for figure in ("bus_up", "disk_percent", "bus_waiting", "bus_oldest_seconds", "bus_dead"):
        assert f"infra_kit_{figure}" in shown
    assert "undelivered" not in shown


def test_a_servers_connections_are_a_share_of_what_it_takes() -> None:
    made = alerts("postgres", connections=rule(Signal.CONNECTIONS))
    assert query(made, "connections.db") == (
        '(100 * sum(cloudsql_googleapis_com:database_postgresql_num_backends{monitored_resource="cloudsql_database",'
        'database_id=~"(.*[:/])?recorded-server"}) / 100) > 50'
    )


def test_a_replica_counts_by_itself_and_alone_has_a_lag() -> None:
    made = alerts("postgres", lag=rule(Signal.REPLICA_LAG), cpu=rule(Signal.CPU))
    roles = sorted(it.name for it in made.children("alerts"))
    assert roles == ["alerts-cpu.db", "alerts-cpu.db.replica-1", "alerts-lag.db.replica-1"]


def test_a_store_is_up_or_down_and_nothing_between() -> None:
    """A rule of less than 100 must not fire for one answer of 503, nor for a share that floating point makes 99.99."""
    asked = query(alerts("object_store", down=rule(Signal.UPTIME, below=100)), "down.files")
    assert asked.startswith("(100 * ((100 * (sum(rate(")
    assert asked.endswith(" > 0)) <= bool 50)) < 100")
    assert 'response_code=~"INTERNAL|' in asked


def test_a_gateway_is_known_by_what_it_leads_to_for_it_may_stand_in_its_cdns() -> None:
    asked = query(alerts("gateway", errors=rule(Signal.ERRORS)), "errors.edge")
    assert 'backend_target_name=~"recorded-backend",response_code_class="500"' in asked


def test_a_service_without_instances_has_none_of_those_it_wants() -> None:
    asked = query(alerts("service", gone=rule(Signal.INSTANCES, below=50)), "gone.api")
    assert asked.endswith(" or vector(0)) / 2) < 50")


def test_a_redis_that_has_gone_silent_is_down_and_one_that_never_spoke_is_new() -> None:
    asked = query(alerts("redis", down=rule(Signal.UPTIME, below=100)), "down.cache")
    assert asked.startswith("(100 * clamp_max(count(redis_googleapis_com:server_uptime{")
    assert " or 0 * sum(count_over_time(redis_googleapis_com:server_uptime{" in asked

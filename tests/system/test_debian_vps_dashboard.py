"""Dashboards on a VPS: each query of each panel run by Debian's Prometheus (package `prometheus`), and the script that
brings a board, run by Debian's busybox against what answers as Grafana does."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra_kit.providers.vps.scripts import told
from tests.unit.providers.vps.test_dashboard import board, document

PASSWORD = "the-password-of-admin"


def test_prometheus_runs_every_query_of_every_panel(tmp_path: Path) -> None:
    """It evaluates each as a rule, of figures that are not there: a query that cannot be read, or run, fails."""
    panels = [it for it in document(board())["panels"] if it["type"] == "timeseries"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(queries) > 20
    rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    asked = {"expr": "vector(1)", "eval_time": "5m", "exp_samples": [{"labels": "{}", "value": 1}]}
    tests = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": [], "promql_expr_test": [asked]}],
    }
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(tests))
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "tests.yml"]):
        done = subprocess.run(["promtool", *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


class Grafana(ThreadingHTTPServer):
    """As much of its API as the script asks for. It reads its folder when it is told to, as Grafana does."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.folder = folder
        self.shown: dict[str, Any] = {}
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Answers(BaseHTTPRequestHandler):
    server: Grafana

    def do_GET(self) -> None:
        name = self.path.removeprefix("/api/dashboards/uid/")
        found = self.server.shown.get(name)
        self._answer(200 if found else 404, {"dashboard": found} if found else {"message": "Dashboard not found"})

    def do_POST(self) -> None:
        read = [json.loads(file.read_text()) for file in self.server.folder.glob("*.json")]
        self.server.shown = {it["uid"]: it for it in read}
        self._answer(200, {"message": "Dashboards config reloaded"})

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        known = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        self.send_response(status if self.headers["Authorization"] == known else 401)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
        pass


@pytest.fixture
def grafana(tmp_path: Path) -> Iterator[Grafana]:
    folder = tmp_path / "boards"
    folder.mkdir()
    server = Grafana(folder)
    yield server
    server.shutdown()
    server.server_close()


def bring(grafana: Grafana, text: str, mark: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    secret = grafana.folder.parent / "password"
    secret.write_text(password)
    busybox = shutil.which("busybox") or "busybox"
    what = {"NAME": "board", "BOARD": text, "MARK": mark, "FOLDER": str(grafana.folder), "PASSWORD": str(secret)}
    script = told("board.sh", {**what, "PORT": str(grafana.server_port), "BUSYBOX": busybox, "TRIES": "2"})
    return subprocess.run([busybox, "sh", "-s"], input=script, capture_output=True, text=True, check=False, timeout=60)


def version(mark: str) -> str:
    return json.dumps({"uid": "board", "title": 'It\'s a "board"', "description": f"Made by a program ({mark})."})


def test_a_board_is_brought_changed_and_taken_away(grafana: Grafana) -> None:
    assert bring(grafana, version("infra-kit 1"), "infra-kit 1").returncode == 0
    assert grafana.shown["board"]["title"] == 'It\'s a "board"'
    assert bring(grafana, version("infra-kit 2"), "infra-kit 2").returncode == 0
    assert "infra-kit 2" in grafana.shown["board"]["description"]
    assert bring(grafana, "", "").returncode == 0
    assert grafana.shown == {}
    assert bring(grafana, "", "").returncode == 0


def test_a_board_that_is_not_taken_over_is_told(grafana: Grafana) -> None:
    done = bring(grafana, version("infra-kit 1"), "infra-kit 2")
    assert done.returncode != 0
    assert "board: Grafana does not take this dashboard over" in done.stderr
    assert "200 OK" in done.stderr


def test_who_is_not_let_in_says_so_and_shows_no_password(grafana: Grafana) -> None:
    done = bring(grafana, version("infra-kit 1"), "infra-kit 1", password="another")
    assert done.returncode != 0
    assert "401" in done.stderr
    assert "another" not in done.stdout + done.stderr

"""The local target under the suites' components for real: the same that tests/conformance holds in recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from infra_kit import Release, Target, features
from infra_kit.features import Feature
from infra_kit.providers.local import home, inventory
from infra_kit.testing import conformance
from infra_kit.testing.conformance.live import STACK, LiveConformance
from tests.caller import WITHOUT_PLUGINS

ANSWERS = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
WAITS = "import signal; signal.pause()"


class OnLocal(LiveConformance):
    target = Target(name="local", app="shop")
    files: ClassVar[Mapping[str, str]] = {"app.py": ANSWERS, "worker.py": WAITS, "job.py": ""}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def private_home(cls) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in WITHOUT_PLUGINS.items():
                patch.setenv(name, value)
            patch.setenv("INFRA_KIT_HOME", "home")  # below the project's own folder
            yield

    @classmethod
    def running(cls, folder: Path) -> Sequence[str]:
        return [server.name for server in inventory.servers(STACK, home.of_project(folder))]


class TestNetwork(OnLocal):
    suite = conformance.NetworkConformance


class TestPostgres(OnLocal):
    suite = conformance.PostgresConformance


class TestRedis(OnLocal):
    suite = conformance.RedisConformance


class TestObjectStore(OnLocal):
    suite = conformance.ObjectStoreConformance


class TestDocumentStore(OnLocal):
    suite = conformance.DocumentStoreConformance


class TestCdn(OnLocal):
    suite = conformance.CdnConformance


class TestEventBus(OnLocal):
    suite = conformance.EventBusConformance


class WatchedBriefly(conformance.ServiceConformance):
    asks: ClassVar[dict[Feature, Mapping[str, Any]]] = {
        **conformance.ServiceConformance.asks,
        features.ERROR_ROLLBACK: {"release": Release(max_error_percent=5, watch="1s")},
    }


class TestService(OnLocal):
    suite = WatchedBriefly


class TestWorker(OnLocal):
    suite = conformance.WorkerConformance


class TestJob(OnLocal):
    suite = conformance.JobConformance


class TestGateway(OnLocal):
    suite = conformance.GatewayConformance


class TestSecret(OnLocal):
    suite = conformance.SecretConformance


class TestConfig(OnLocal):
    suite = conformance.ConfigConformance


class TestDomain(OnLocal):
    suite = conformance.DomainConformance


class TestAlerts(OnLocal):
    suite = conformance.AlertsConformance


class TestUptime(OnLocal):
    suite = conformance.UptimeConformance


class LogsOfWhatStartsSoon(conformance.LogsConformance):
    """Documents and search take their time to start; what they say is read as that of all servers is."""

    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        feature: ask
        for feature, ask in conformance.LogsConformance.asks.items()
        if feature not in {features.logs_of(kind) for kind in ("document_store", "search", "auth")}
    }


class TestLogs(OnLocal):
    suite = LogsOfWhatStartsSoon


class TestDashboard(OnLocal):
    suite = conformance.DashboardConformance


class TestBackup(OnLocal):
    suite = conformance.BackupConformance


class TestRestoreDrill(OnLocal):
    suite = conformance.RestoreDrillConformance


class TestPanel(OnLocal):
    suite = conformance.PanelConformance


class TestBudget(OnLocal):
    suite = conformance.BudgetConformance


class TestMailer(OnLocal):
    suite = conformance.MailerConformance


class TestAuth(OnLocal):
    suite = conformance.AuthConformance

"""The target vps under the suites that every target passes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from infra_kit import Target, features
from infra_kit.providers.vps.settings import BackupStore, HostSize, Smtp, VpsSettings
from infra_kit.testing import conformance

HOST = VpsSettings(
    host="vps-1.example.com",
    host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey",
    user="deploy",
    size=HostSize(cpu=16, memory_gb=128, disk_gb=2000, dedicated_cpu=True),
)

STORE = BackupStore(
    endpoint="https://s3.example.com",
    bucket="backups",
    access_key="key",
    secret_key=SecretStr("the-secret-key-of-the-store"),
    passphrase=SecretStr("the-passphrase-of-the-backups"),
)
SMTP = Smtp(
    host="smtp.example.com", sender="a@example.com", username="alerts", password=SecretStr("the-secret-of-mail")
)


class OnVps:
    tags_under: ClassVar[str | Sequence[str]] = "labels"

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST)


class TestNetworkOnVps(OnVps, conformance.NetworkConformance):
    pass


class TestObjectStoreOnVps(OnVps, conformance.ObjectStoreConformance):
    pass


class TestEventBusOnVps(OnVps, conformance.EventBusConformance):
    leaves_no_trace = frozenset({"long-backlog"})  # NATS keeps an event as long as its stream does, for everybody


class TestRedisOnVps(OnVps, conformance.RedisConformance):
    pass


class TestDocumentStoreOnVps(OnVps, conformance.DocumentStoreConformance):
    leaves_no_trace = frozenset({"version", "dedicated-cpu"})  # the host is rented with them, or not


class TestCdnOnVps(OnVps, conformance.CdnConformance):
    pass


class TestSearchOnVps(OnVps, conformance.SearchConformance):
    pass


class TestPostgresOnVps(OnVps, conformance.PostgresConformance):
    leaves_no_trace = frozenset({"dedicated-cpu"})  # the host is rented with them, or not

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST.model_copy(update={"backups": STORE}))


class TestServiceOnVps(OnVps, conformance.ServiceConformance):
    pass


class TestWorkerOnVps(OnVps, conformance.WorkerConformance):
    pass


class TestJobOnVps(OnVps, conformance.JobConformance):
    pass


class TestGatewayOnVps(OnVps, conformance.GatewayConformance):
    pass


class TestSecretOnVps(OnVps, conformance.SecretConformance):
    pass


class TestConfigOnVps(OnVps, conformance.ConfigConformance):
    pass


class TestDomainOnVps(OnVps, conformance.DomainConformance):
    tags_under = ()  # a person sets the records


class TestBudgetOnVps(OnVps, conformance.BudgetConformance):
    tags_under = ()  # nothing is made


class TestAlertsOnVps(OnVps, conformance.AlertsConformance):
    edge: ClassVar[Mapping[str, Any]] = {"domains": ["www.example.com"]}  # what has a name is measured by it
    opens = frozenset({features.signal("gateway", it) for it in ("errors", "latency-p95")}) | {
        features.signal("uptime", "uptime")
    }

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST.model_copy(update={"smtp": SMTP, "backups": STORE}))


class TestDashboardOnVps(OnVps, conformance.DashboardConformance):
    secrets = frozenset({"password"})
    edge: ClassVar[Mapping[str, Any]] = {"domains": ["www.example.com"]}
    opens = TestAlertsOnVps.opens

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST.model_copy(update={"backups": STORE}))


class TestUptimeOnVps(OnVps, conformance.UptimeConformance):
    is_edge = True  # it asks in the network of the host's edge, which comes with it


class TestBackupOnVps(OnVps, conformance.BackupConformance):
    hinges_on_more = frozenset(  # a bucket of a host has no TLS, and what pgBackRest copies no lock
        {features.COPY_ELSEWHERE, features.LOCKED_BACKUPS}
    )

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST.model_copy(update={"backups": STORE}))


class TestRestoreDrillOnVps(OnVps, conformance.RestoreDrillConformance):
    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST.model_copy(update={"backups": STORE}))


class TestExternalServiceOnVps(OnVps, conformance.ExternalServiceConformance):
    tags_under = ()  # nothing is made
    region = None


class TestPanelOnVps(OnVps, conformance.PanelConformance):
    pass


class TestLogsOnVps(OnVps, conformance.LogsConformance):
    hinges_on_more = frozenset({features.ARCHIVE_ELSEWHERE})  # a bucket of a host's has no TLS

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST.model_copy(update={"backups": STORE}))


class TestMailerOnVps(OnVps, conformance.MailerConformance):
    tags_under = ()  # nothing is made

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="vps", app="shop", settings=HOST.model_copy(update={"smtp": SMTP}))

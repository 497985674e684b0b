"""The target gcp under the suites that every target passes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr

from infra_kit import Target, features
from infra_kit.features import Feature
from infra_kit.providers.common.relay import Relay
from infra_kit.providers.gcp.settings import GcpSettings
from infra_kit.testing import conformance

RELAY = Relay(host="smtp.example.com", username="shop", password=SecretStr("the-secret-of-mail"))


class OnGcp:
    tags_under: ClassVar[str | Sequence[str]] = ("labels", "settings.userLabels")
    region: ClassVar[str | None] = "europe-west4"

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="gcp", app="shop", region="europe-west1")


class TestNetworkOnGcp(OnGcp, conformance.NetworkConformance):
    pass


class TestPostgresOnGcp(OnGcp, conformance.PostgresConformance):
    pass


class TestRedisOnGcp(OnGcp, conformance.RedisConformance):
    # Where there are replicas, Memorystore always lets one take over.
    leaves_no_trace = conformance.RedisConformance.leaves_no_trace | {features.HIGH_AVAILABILITY}
    # Memorystore knows no users, so nobody can be held to reading: see the driver's own tests.
    links: ClassVar[dict[str, Any]] = {"readwrite": conformance.RedisConformance.links["readwrite"]}


class TestSearchOnGcp(OnGcp, conformance.SearchConformance):
    pass


class TestObjectStoreOnGcp(OnGcp, conformance.ObjectStoreConformance):
    pass


class TestEventBusOnGcp(OnGcp, conformance.EventBusConformance):
    leaves_no_trace = frozenset({"long-backlog"})  # what is in a stream waits there as long as it is kept

    @classmethod
    def changes(cls) -> dict[str, Any]:
        """What stands alone is never made a cluster: that is refused before anything is changed."""
        return {name: ask for name, ask in super().changes().items() if name != features.STREAM_REPLICAS}


class TestNativeEventBusOnGcp(OnGcp, conformance.EventBusConformance):
    arguments: ClassVar[dict[str, Any]] = {**conformance.EventBusConformance.arguments, "engine": "native"}
    # Pub/Sub keeps every event in several zones, whatever is asked.
    leaves_no_trace = frozenset({"stream-replicas"})
    hinges_on_more = frozenset(  # NATS has them
        {features.LONG_RETENTION, features.ANY_ACK_WAIT, features.ANY_DELIVERIES, features.STREAM_SIZE}
    )


class TestCdnOnGcp(OnGcp, conformance.CdnConformance):
    # In production there is no certificate, so no Cdn, without a domain.
    arguments: ClassVar[dict[str, Any]] = {**conformance.CdnConformance.arguments, "domains": ["www.example.com"]}


class TestServiceOnGcp(OnGcp, conformance.ServiceConformance):
    pass


class TestWorkerOnGcp(OnGcp, conformance.WorkerConformance):
    pass


class TestJobOnGcp(OnGcp, conformance.JobConformance):
    pass


class TestGatewayOnGcp(OnGcp, conformance.GatewayConformance):
    pass


class TestSecretOnGcp(OnGcp, conformance.SecretConformance):
    pass


class TestConfigOnGcp(OnGcp, conformance.ConfigConformance):
    pass


class TestDomainOnGcp(OnGcp, conformance.DomainConformance):
    pass


class TestBudgetOnGcp(OnGcp, conformance.BudgetConformance):
    tags_under = "userLabels"  # a channel has its address in its labels

    @pytest.fixture
    def target(self) -> Target:
        settings = GcpSettings(billing_account="012345-6789AB-CDEF01")
        return Target(name="gcp", app="shop", region="europe-west1", settings=settings)


class TestExternalServiceOnGcp(OnGcp, conformance.ExternalServiceConformance):
    tags_under = ()  # nothing is made
    region = None


class TestAlertsOnGcp(OnGcp, conformance.AlertsConformance):
    tags_under = ("userLabels", "settings.userLabels")  # a channel has its address in its labels


class TestDashboardOnGcp(OnGcp, conformance.DashboardConformance):
    pass


class TestUptimeOnGcp(OnGcp, conformance.UptimeConformance):
    tags_under = "userLabels"


class TestBackupOnGcp(OnGcp, conformance.BackupConformance):
    # A vault is a bucket there.
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        **conformance.BackupConformance.asks,
        features.COPY_TO_VAULT: {"vault": "offsite-copies"},
    }


class TestRestoreDrillOnGcp(OnGcp, conformance.RestoreDrillConformance):
    pass


class TestLogsOnGcp(OnGcp, conformance.LogsConformance):
    pass


class TestMailerOnGcp(OnGcp, conformance.MailerConformance):
    tags_under = ()  # nothing is made
    region = None

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="gcp", app="shop", region="europe-west1", settings=GcpSettings(smtp=RELAY))

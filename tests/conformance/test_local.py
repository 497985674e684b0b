"""The local target under the suites that every target passes."""

import subprocess
import sys

import pytest

from infra_kit import Check, Rule, Target, features
from infra_kit.testing import conformance


class OnLocal:
    @pytest.fixture
    def target(self) -> Target:
        return Target(name="local", app="shop")


class TestNetworkOnLocal(OnLocal, conformance.NetworkConformance):
    pass


class TestSearchOnLocal(OnLocal, conformance.SearchConformance):
    pass


class TestPostgresOnLocal(OnLocal, conformance.PostgresConformance):
    leaves_no_trace = frozenset({"dedicated-cpu"})  # the machine is whose it is


class TestRedisOnLocal(OnLocal, conformance.RedisConformance):
    pass


class TestDocumentStoreOnLocal(OnLocal, conformance.DocumentStoreConformance):
    leaves_no_trace = frozenset({"version", "dedicated-cpu"})  # the machine is whose it is


class TestObjectStoreOnLocal(OnLocal, conformance.ObjectStoreConformance):
    pass


class TestEventBusOnLocal(OnLocal, conformance.EventBusConformance):
    pass


class TestCdnOnLocal(OnLocal, conformance.CdnConformance):
    pass


class TestSecretOnLocal(OnLocal, conformance.SecretConformance):
    pass


class TestConfigOnLocal(OnLocal, conformance.ConfigConformance):
    pass


class TestDomainOnLocal(OnLocal, conformance.DomainConformance):
    pass


class TestGatewayOnLocal(OnLocal, conformance.GatewayConformance):
    pass


class TestServiceOnLocal(OnLocal, conformance.ServiceConformance):
    pass


class TestWorkerOnLocal(OnLocal, conformance.WorkerConformance):
    pass


class TestJobOnLocal(OnLocal, conformance.JobConformance):
    pass


class TestMailerOnLocal(OnLocal, conformance.MailerConformance):
    pass


class TestAuthOnLocal(OnLocal, conformance.AuthConformance):
    pass


PROGRAM = """
import sys
from infra_kit import Cdn, EventBus, Network, ObjectStore, Postgres, Redis, Stream
from infra_kit.testing import record

def program():
    Network("net"), Postgres("db"), Redis("cache")
    Cdn("edge", routes={"/*": ObjectStore("files")})
    EventBus("bus", streams={"LEADS": Stream(subjects=["lead.*"])})

record(program)
print("\\n".join(sys.modules))
"""


def test_all_five_on_local_load_no_cloud_sdk() -> None:
    loaded = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout.split()
    assert "infra_kit.providers.local.cdn" in loaded
    assert not [name for name in loaded if name.partition(".")[0] in {"pulumi_aws", "pulumi_gcp", "pulumi_docker"}]


class TestBudgetOnLocal(OnLocal, conformance.BudgetConformance):
    pass


class TestExternalServiceOnLocal(OnLocal, conformance.ExternalServiceConformance):
    pass


class TestAlertsOnLocal(OnLocal, conformance.AlertsConformance):
    def test_a_rule_stands_where_it_did_when_others_come_and_go(self, target: Target) -> None:
        """One checker has them all."""
        busy, full = Rule(signal="cpu", above=50), Rule(signal="memory", above=50)
        both, one = (
            self.record(target, rules=rules).named("it-server").inputs["rules"]
            for rules in ({"full": full, "busy": busy}, {"busy": busy})
        )
        assert [rule["name"] for rule in both] == ["full", "busy"]
        assert one == both[1:]


class TestDashboardOnLocal(OnLocal, conformance.DashboardConformance):
    pass


class TestUptimeOnLocal(OnLocal, conformance.UptimeConformance):
    def test_an_address_that_is_added_leaves_the_others_as_they_are(self, target: Target) -> None:
        """One visitor has them all."""
        one, two = (
            self.record(target, checks=checks).named("it-server").inputs["checks"]
            for checks in ({"home": Check()}, {"home": Check(), "health": Check(path="/api/health")})
        )
        assert one.items() < two.items()


class TestBackupOnLocal(OnLocal, conformance.BackupConformance):
    hinges_on_more = frozenset({features.LOCKED_BACKUPS})  # a folder of this machine locks nothing


class TestRestoreDrillOnLocal(OnLocal, conformance.RestoreDrillConformance):
    pass


class TestPanelOnLocal(OnLocal, conformance.PanelConformance):
    pass


class TestLogsOnLocal(OnLocal, conformance.LogsConformance):
    pass

"""AWS under the suites that every target passes."""

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from infra_kit import Gateway, Network, Scaling, Service, Target, features
from infra_kit.component import Component
from infra_kit.testing import conformance


class OnAws:
    tags_under: ClassVar[str | Sequence[str]] = "tags"
    region: ClassVar[str | None] = "eu-west-3"

    @pytest.fixture
    def target(self) -> Target:
        return Target(name="aws", app="shop")


class TestEventBusOnAws(OnAws, conformance.EventBusConformance):
    leaves_no_trace = frozenset({"long-backlog"})  # what is in a stream waits there as long as it is kept
    beside = frozenset({"net", "aws-ecs-net"})

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        """Three copies are on three machines, in as many zones."""
        streams = arguments.get("streams", {}).values()
        if any(stream.replicas > 1 for stream in streams):
            arguments["network"] = Network("net", target=target, zones=3)
        return super().make(target, **arguments)

    @classmethod
    def changes(cls) -> dict[str, Any]:
        """What stands alone is never made a cluster: that is refused before anything is changed."""
        return {name: ask for name, ask in super().changes().items() if name != features.STREAM_REPLICAS}


class TestNativeEventBusOnAws(OnAws, conformance.EventBusConformance):
    arguments = conformance.EventBusConformance.arguments | {"engine": "native"}
    leaves_no_trace = frozenset({"stream-replicas"})  # EventBridge keeps every event in several zones anyway
    hinges_on_more = frozenset({features.LONG_BACKLOG, features.STREAM_SIZE})  # NATS has them


class TestNetworkOnAws(OnAws, conformance.NetworkConformance):
    pass


class TestDocumentStoreOnAws(OnAws, conformance.DocumentStoreConformance):
    leaves_no_trace = frozenset({"version", "point-in-time"})  # DocumentDB has it with every backup


class TestRedisOnAws(OnAws, conformance.RedisConformance):
    pass


class TestSearchOnAws(OnAws, conformance.SearchConformance):
    pass


class TestPostgresOnAws(OnAws, conformance.PostgresConformance):
    leaves_no_trace = frozenset({"point-in-time"})  # RDS keeps the log with every backup


class TestObjectStoreOnAws(OnAws, conformance.ObjectStoreConformance):
    # Who is linked signs as the role that it runs as.
    gives_secret = frozenset()
    gives = conformance.ObjectStoreConformance.gives - {"IT_ACCESS_KEY", "IT_SECRET_KEY"}


class TestCdnOnAws(OnAws, conformance.CdnConformance):
    pass


class TestServiceOnAws(OnAws, conformance.ServiceConformance):
    # What a load balancer does, is asked for together with a gateway, which is open.
    opens = frozenset({features.STICKY_SESSIONS, features.ERROR_ROLLBACK, features.SCALING_BY_REQUESTS})

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        made = super().make(target, **arguments)
        scaling = arguments.get("scaling", Scaling())
        if isinstance(made, Service) and (
            made.spec.sticky_sessions or made.spec.release.max_error_percent or scaling.requests_per_instance
        ):
            Gateway("edge", target=target, routes={"/*": made}, domains=["api.example.com"], waf=False)
        return made


class TestWorkerOnAws(OnAws, conformance.WorkerConformance):
    pass


class TestJobOnAws(OnAws, conformance.JobConformance):
    pass


class TestGatewayOnAws(OnAws, conformance.GatewayConformance):
    pass


class TestSecretOnAws(OnAws, conformance.SecretConformance):
    pass


class TestConfigOnAws(OnAws, conformance.ConfigConformance):
    pass


class TestDomainOnAws(OnAws, conformance.DomainConformance):
    pass


class TestBudgetOnAws(OnAws, conformance.BudgetConformance):
    pass


class TestExternalServiceOnAws(OnAws, conformance.ExternalServiceConformance):
    tags_under = ()  # nothing is made
    region = None


class TestAlertsOnAws(OnAws, conformance.AlertsConformance):
    pass


class TestDashboardOnAws(OnAws, conformance.DashboardConformance):
    pass


class TestUptimeOnAws(OnAws, conformance.UptimeConformance):
    pass


class TestBackupOnAws(OnAws, conformance.BackupConformance):
    pass


class TestRestoreDrillOnAws(OnAws, conformance.RestoreDrillConformance):
    pass


class TestLogsOnAws(OnAws, conformance.LogsConformance):
    pass


class TestAuthOnAws(OnAws, conformance.AuthConformance):
    pass


class TestMailerOnAws(OnAws, conformance.MailerConformance):
    pass

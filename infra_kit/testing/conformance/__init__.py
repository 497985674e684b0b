"""One suite a component: what every target must do alike. A target's tests subclass it and say which target.

from infra_kit import Target
from infra_kit.testing.conformance import PostgresConformance

class TestPostgresOnMoon(PostgresConformance):
    @pytest.fixture
    def target(self) -> Target:
        return Target(name="moon")
"""

from infra_kit.testing.conformance.alerts import AlertsConformance
from infra_kit.testing.conformance.auth import AuthConformance
from infra_kit.testing.conformance.backup import BackupConformance
from infra_kit.testing.conformance.budget import BudgetConformance
from infra_kit.testing.conformance.cdn import CdnConformance
from infra_kit.testing.conformance.config import ConfigConformance
from infra_kit.testing.conformance.dashboard import DashboardConformance
from infra_kit.testing.conformance.document_store import DocumentStoreConformance
from infra_kit.testing.conformance.domain import DomainConformance
from infra_kit.testing.conformance.event_bus import EventBusConformance
from infra_kit.testing.conformance.external_service import ExternalServiceConformance
from infra_kit.testing.conformance.gateway import GatewayConformance
from infra_kit.testing.conformance.job import JobConformance
from infra_kit.testing.conformance.logs import LogsConformance
from infra_kit.testing.conformance.mailer import MailerConformance
from infra_kit.testing.conformance.network import NetworkConformance
from infra_kit.testing.conformance.object_store import ObjectStoreConformance
from infra_kit.testing.conformance.panel import PanelConformance
from infra_kit.testing.conformance.postgres import PostgresConformance
from infra_kit.testing.conformance.redis import RedisConformance
from infra_kit.testing.conformance.restore_drill import RestoreDrillConformance
from infra_kit.testing.conformance.search import SearchConformance
from infra_kit.testing.conformance.secret import SecretConformance
from infra_kit.testing.conformance.service import ServiceConformance
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.uptime import UptimeConformance
from infra_kit.testing.conformance.worker import WorkerConformance

__all__ = [
    "AlertsConformance",
    "AuthConformance",
    "BackupConformance",
    "BudgetConformance",
    "CdnConformance",
    "ComponentConformance",
    "ConfigConformance",
    "DashboardConformance",
    "DocumentStoreConformance",
    "DomainConformance",
    "EventBusConformance",
    "ExternalServiceConformance",
    "GatewayConformance",
    "JobConformance",
    "LogsConformance",
    "MailerConformance",
    "NetworkConformance",
    "ObjectStoreConformance",
    "PanelConformance",
    "PostgresConformance",
    "RedisConformance",
    "RestoreDrillConformance",
    "SearchConformance",
    "SecretConformance",
    "ServiceConformance",
    "UptimeConformance",
    "WorkerConformance",
]

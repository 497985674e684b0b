"""A VPS: one Docker host over SSH, by pulumi-docker and pulumi-command."""

from typing import TYPE_CHECKING

from infra_kit.providers.vps.settings import VpsSettings

SHARED = ("edge", "grafana", "monitoring", "tools", "traces")
"""What the components of one host share, as components that users do not make."""
DRIVERS = {
    name: f"{__name__}.{name}"
    for name in (
        "network", "postgres", "redis", "object_store", "cdn", "event_bus", "service", "worker", "job", "gateway",
        "secret", "config", "domain", "budget", "alerts", "dashboard", "uptime", "backup", "document_store",
        "restore_drill", "panel", "logs", "search", "mailer", "auth", *SHARED,
    )
}  # fmt: skip
"""The module of each component's driver."""

REFUSES = frozenset({"auth"})
"""Components that the target refuses as a whole: see their drivers."""

SETTINGS = VpsSettings

NEEDS = ("argon2", "pulumi_docker", "pulumi_command", "pulumi_random")
"""The modules that the extra `vps` installs."""

PULUMI_PACKAGE = "docker"
PROVIDERS = f"{__name__}.pulumi_providers"
TUNNELS = f"{__name__}.tunnels"
BY_HAND = f"{__name__}.by_hand"
PANEL_PLAN = f"{__name__}.panel_plan"

if TYPE_CHECKING:
    from infra_kit.components.alerts import AlertsDriver
    from infra_kit.components.auth import AuthDriver
    from infra_kit.components.backup import BackupDriver
    from infra_kit.components.budget import BudgetDriver
    from infra_kit.components.cdn import CdnDriver
    from infra_kit.components.config import ConfigDriver
    from infra_kit.components.dashboard import DashboardDriver
    from infra_kit.components.document_store import DocumentStoreDriver
    from infra_kit.components.domain import DomainDriver
    from infra_kit.components.event_bus import EventBusDriver
    from infra_kit.components.gateway import GatewayDriver
    from infra_kit.components.job import JobDriver
    from infra_kit.components.logs import LogsDriver
    from infra_kit.components.mailer import MailerDriver
    from infra_kit.components.network import NetworkDriver
    from infra_kit.components.object_store import ObjectStoreDriver
    from infra_kit.components.panel import PanelDriver
    from infra_kit.components.postgres import PostgresDriver
    from infra_kit.components.redis import RedisDriver
    from infra_kit.components.restore_drill import RestoreDrillDriver
    from infra_kit.components.search import SearchDriver
    from infra_kit.components.secret import SecretDriver
    from infra_kit.components.service import ServiceDriver
    from infra_kit.components.uptime import UptimeDriver
    from infra_kit.components.worker import WorkerDriver

    # Said twice because mypy, which meets this package in the midst of a cycle, takes them for private otherwise.
    from infra_kit.providers.vps import alerts as alerts
    from infra_kit.providers.vps import auth as auth
    from infra_kit.providers.vps import backup as backup
    from infra_kit.providers.vps import budget as budget
    from infra_kit.providers.vps import cdn as cdn
    from infra_kit.providers.vps import config as config
    from infra_kit.providers.vps import dashboard as dashboard
    from infra_kit.providers.vps import document_store as document_store
    from infra_kit.providers.vps import domain as domain
    from infra_kit.providers.vps import event_bus as event_bus
    from infra_kit.providers.vps import gateway as gateway
    from infra_kit.providers.vps import job as job
    from infra_kit.providers.vps import logs as logs
    from infra_kit.providers.vps import mailer as mailer
    from infra_kit.providers.vps import network as network
    from infra_kit.providers.vps import object_store as object_store
    from infra_kit.providers.vps import panel as panel
    from infra_kit.providers.vps import postgres as postgres
    from infra_kit.providers.vps import redis as redis
    from infra_kit.providers.vps import restore_drill as restore_drill
    from infra_kit.providers.vps import search as search
    from infra_kit.providers.vps import secret as secret
    from infra_kit.providers.vps import service as service
    from infra_kit.providers.vps import uptime as uptime
    from infra_kit.providers.vps import worker as worker

    _network: NetworkDriver = network
    _postgres: PostgresDriver = postgres
    _redis: RedisDriver = redis
    _object_store: ObjectStoreDriver = object_store
    _cdn: CdnDriver = cdn
    _event_bus: EventBusDriver = event_bus
    _document_store: DocumentStoreDriver = document_store
    _config: ConfigDriver = config
    _domain: DomainDriver = domain
    _gateway: GatewayDriver = gateway
    _job: JobDriver = job
    _secret: SecretDriver = secret
    _service: ServiceDriver = service
    _worker: WorkerDriver = worker
    _budget: BudgetDriver = budget
    _alerts: AlertsDriver = alerts
    _dashboard: DashboardDriver = dashboard
    _uptime: UptimeDriver = uptime
    _backup: BackupDriver = backup
    _restore_drill: RestoreDrillDriver = restore_drill
    _panel: PanelDriver = panel
    _logs: LogsDriver = logs
    _search: SearchDriver = search
    _mailer: MailerDriver = mailer
    _auth: AuthDriver = auth
